-- Why: who may write a lane is decided by its epoch alone; clocks and back ends only decide when to try. Taking lanes
-- locks their rows FOR UPDATE, which waits for every append under way (FOR NO KEY UPDATE) and every reaction (FOR KEY
-- SHARE), while these two never wait for one another.

-- migrate:up

-- Whether an owner still beats. A back end whose start we may not see counts as alive.
CREATE FUNCTION keel_owner_lives(p_owner uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (
    SELECT FROM owners o
     WHERE o.owner = p_owner
       AND o.seen_at > clock_timestamp() - interval '10 s'
       AND EXISTS (SELECT FROM pg_stat_activity a
                    WHERE a.pid = o.backend AND (a.backend_start IS NULL OR a.backend_start = o.backend_start)))
$$;

-- The lanes of these contexts that others hold.
CREATE FUNCTION keel_rivals(p_owner uuid, p_contexts text[]) RETURNS TABLE (context text, lane integer, rival text)
LANGUAGE sql VOLATILE AS $$
  SELECT l.context, l.lane, o.name || ' (' || o.owner || ')'
    FROM lanes l
    JOIN (SELECT owner, name FROM owners WHERE owner <> p_owner AND keel_owner_lives(owner)) o ON o.owner = l.owner
   WHERE l.context = ANY (p_contexts)
   ORDER BY l.context, l.lane
$$;

-- Takes every lane of the contexts, or none. Rows with a rival say who stands in the way; rows without one are the lanes
-- taken, with where each ends for good. Raises KE005 (the owner has not beaten yet), KE006 (a context has no lanes).
CREATE FUNCTION keel_take_over(p_owner uuid, p_contexts text[], p_forced boolean)
RETURNS TABLE (context text, lane integer, epoch bigint, last bigint, rival text)
LANGUAGE plpgsql SET lock_timeout = 0 AS $$
#variable_conflict use_column
DECLARE
  v_unknown text;
BEGIN
  IF NOT EXISTS (SELECT FROM owners o WHERE o.owner = p_owner) THEN
    RAISE EXCEPTION 'owner % is unknown: beat first', p_owner USING ERRCODE = 'KE005';
  END IF;
  SELECT asked INTO v_unknown FROM unnest(p_contexts) AS asked
   WHERE NOT EXISTS (SELECT FROM lanes l WHERE l.context = asked) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'context ''%'' has no lanes: run `keel migrate`', v_unknown USING ERRCODE = 'KE006';
  END IF;

  IF NOT p_forced THEN
    RETURN QUERY SELECT r.context, r.lane, NULL::bigint, NULL::bigint, r.rival FROM keel_rivals(p_owner, p_contexts) r;
    IF FOUND THEN RETURN; END IF;
  END IF;
  PERFORM FROM lanes l WHERE l.context = ANY (p_contexts) ORDER BY l.context, l.lane FOR UPDATE;
  IF NOT p_forced THEN
    PERFORM pg_stat_clear_snapshot();  -- or a back end that came while we waited would look gone
    RETURN QUERY SELECT r.context, r.lane, NULL::bigint, NULL::bigint, r.rival FROM keel_rivals(p_owner, p_contexts) r;
    IF FOUND THEN RETURN; END IF;
  END IF;

  UPDATE lanes l SET owner = p_owner, epoch = l.epoch + 1 WHERE l.context = ANY (p_contexts);
  RETURN QUERY
    SELECT l.context, l.lane, l.epoch, coalesce(head.position, 0), NULL::text
      FROM lanes l
      LEFT JOIN LATERAL (SELECT e.position FROM events e WHERE e.context = l.context AND e.lane = l.lane
                          ORDER BY e.position DESC LIMIT 1) AS head ON true
     WHERE l.context = ANY (p_contexts)
     ORDER BY l.context, l.lane;
END $$;

-- Raises the epochs of lanes that are still the owner's at these epochs: all of them, or none and no row comes back.
CREATE FUNCTION keel_retake(p_owner uuid, p_context text, p_lane integer[], p_epoch bigint[])
RETURNS TABLE (lane integer, epoch bigint, last bigint)
LANGUAGE plpgsql SET lock_timeout = 0 AS $$
#variable_conflict use_column
DECLARE
  v_count bigint;
BEGIN
  SELECT count(*) INTO v_count FROM (
    SELECT 1
      FROM unnest(p_lane, p_epoch) AS asked(lane, epoch)
      JOIN lanes l ON l.context = p_context AND l.lane = asked.lane AND l.epoch = asked.epoch AND l.owner = p_owner
     ORDER BY l.lane
       FOR UPDATE OF l) AS locked;
  IF v_count <> cardinality(p_lane) THEN RETURN; END IF;

  UPDATE lanes l SET epoch = l.epoch + 1 WHERE l.context = p_context AND l.lane = ANY (p_lane);
  RETURN QUERY
    SELECT l.lane, l.epoch, coalesce(head.position, 0)
      FROM lanes l
      LEFT JOIN LATERAL (SELECT e.position FROM events e WHERE e.context = l.context AND e.lane = l.lane
                          ORDER BY e.position DESC LIMIT 1) AS head ON true
     WHERE l.context = p_context AND l.lane = ANY (p_lane)
     ORDER BY l.lane;
END $$;

-- Gives the owner's lanes back where they are still its own, and forgets it and whoever died a day ago.
CREATE FUNCTION keel_give_up(p_owner uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM lanes l WHERE l.owner = p_owner ORDER BY l.context, l.lane FOR UPDATE;
  UPDATE lanes SET owner = NULL WHERE owner = p_owner;
  DELETE FROM owners WHERE owner = p_owner OR seen_at < clock_timestamp() - interval '1 day';
END $$;
