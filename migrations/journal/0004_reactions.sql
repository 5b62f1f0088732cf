-- Why: a reactor moves its place and its timers in one transaction, and only while the lane is still its owner's.
-- FOR KEY SHARE waits for a take-over but never for an append, so reactions do not slow the writer.

-- migrate:up

CREATE FUNCTION keel_lane_is_held(p_context text, p_lane integer, p_epoch bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM lanes l WHERE l.context = p_context AND l.lane = p_lane AND l.epoch = p_epoch FOR KEY SHARE;
  RETURN FOUND;
END $$;

-- False: fenced, nothing changed.
CREATE FUNCTION keel_react(
  p_reactor text, p_context text, p_lane integer, p_epoch bigint, p_position bigint,
  p_timer_key text[], p_timer_due_at timestamptz[], p_timer_command_type text[], p_timer_command bytea[],
  p_cancelled text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT keel_lane_is_held(p_context, p_lane, p_epoch) THEN RETURN false; END IF;
  INSERT INTO reactions AS kept (reactor, context, lane, position)
  VALUES (p_reactor, p_context, p_lane, p_position)
  ON CONFLICT (reactor, context, lane) DO UPDATE SET position = excluded.position
   WHERE excluded.position > kept.position;
  IF cardinality(p_cancelled) > 0 THEN
    DELETE FROM timers t WHERE t.context = p_context AND t.lane = p_lane AND t.key = ANY (p_cancelled);
  END IF;
  IF cardinality(p_timer_key) > 0 THEN
    INSERT INTO timers (context, lane, key, due_at, command_type, command)
    SELECT DISTINCT ON (asked.key) p_context, p_lane, asked.key, asked.due_at, asked.command_type, asked.command
      FROM unnest(p_timer_key, p_timer_due_at, p_timer_command_type, p_timer_command)
        WITH ORDINALITY AS asked(key, due_at, command_type, command, place)
     ORDER BY asked.key, asked.place DESC
    ON CONFLICT (context, lane, key) DO UPDATE
       SET due_at = excluded.due_at, command_type = excluded.command_type, command = excluded.command;
  END IF;
  RETURN true;
END $$;

-- Deletes a timer, or puts it off, if it still has this due time. False: fenced, nothing changed.
CREATE FUNCTION keel_settle_timer(
  p_context text, p_lane integer, p_epoch bigint, p_key text, p_due_at timestamptz, p_put_off_to timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT keel_lane_is_held(p_context, p_lane, p_epoch) THEN RETURN false; END IF;
  IF p_put_off_to IS NULL THEN
    DELETE FROM timers t
     WHERE t.context = p_context AND t.lane = p_lane AND t.key = p_key AND t.due_at = p_due_at;
  ELSE
    UPDATE timers t SET due_at = p_put_off_to
     WHERE t.context = p_context AND t.lane = p_lane AND t.key = p_key AND t.due_at = p_due_at;
  END IF;
  RETURN true;
END $$;
