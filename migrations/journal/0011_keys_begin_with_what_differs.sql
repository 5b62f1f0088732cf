-- Why: three index entries are a third of what an append costs, and each is placed by some twenty comparisons of keys.
-- A key that begins with what all rows share (the context, the type, the day) compares that first, every time, and finds
-- its later columns only by walking over texts. So what differs comes first, and what has a fixed width. The keys hold
-- the same columns as before, so they refuse the same rows. (docs/adr/0019-keys-begin-with-what-differs.md)
-- Rebuilds the keys: takes as long as that, with the journal locked.

-- migrate:up

ALTER TABLE events
  DROP CONSTRAINT events_pkey,
  DROP CONSTRAINT events_versions,
  ADD PRIMARY KEY (lane, context, position),
  ADD CONSTRAINT events_versions UNIQUE (aggregate_id, aggregate_type, context, version);

ALTER TABLE receipts
  DROP CONSTRAINT receipts_pkey,
  ADD PRIMARY KEY (lane, request_id, context, day);

-- The function asks the same and writes the same as before, for less:
--   - An insert with ON CONFLICT looks into the key before it writes, and writes twice to the log. The key itself refuses
--     a duplicate, with its own SQLSTATE.
--   - "The last one" without a bound makes the index scan look at every entry of a page. With what is expected as a lower
--     bound it stops at the second one: another last one is above it, or there is none.
--   - unnest in FROM stores each array in a table of its own first; in the SELECT list the arrays run side by side.

-- Stores one batch of one context, all of it or nothing. Every group of arguments is one table, column by column.
--   lane, epoch, last: the lanes, ascending, and where each of them ends
--   check_*:           aggregates whose last version must be check_version
--   receipt_*, event_*, snapshot_*: the rows
-- Answers recorded_at, which the whole batch shares.
-- Raises KE001 fenced, KE002 misplaced, KE003 stale version, 23505 (unique_violation) request id or version there already.
CREATE OR REPLACE FUNCTION keel_append(
  p_context text, p_lane integer[], p_epoch bigint[], p_last bigint[],
  p_check_type text[], p_check_id text[], p_check_version bigint[],
  p_receipt_day date[], p_receipt_lane integer[], p_receipt_request uuid[], p_receipt_caller text[],
  p_receipt_type text[], p_receipt_id text[], p_receipt_fingerprint bytea[], p_receipt_version bigint[],
  p_receipt_position bigint[], p_receipt_reply bytea[],
  p_event_lane integer[], p_event_position bigint[], p_event_epoch bigint[], p_event_aggregate_type text[],
  p_event_aggregate_id text[], p_event_version bigint[], p_event_type text[], p_event_payload bytea[],
  p_event_metadata bytea[],
  p_snapshot_type text[], p_snapshot_id text[], p_snapshot_version bigint[], p_snapshot_position bigint[],
  p_snapshot_schema bigint[], p_snapshot_state bytea[]
) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  v_count    bigint;
  v_newest   timestamptz;
  v_recorded timestamptz;
BEGIN
  SELECT count(*) INTO v_count FROM (
    SELECT 1
      FROM unnest(p_lane, p_epoch) AS asked(lane, epoch)
      JOIN lanes l ON l.context = p_context AND l.lane = asked.lane AND l.epoch = asked.epoch
     ORDER BY l.lane
       FOR NO KEY UPDATE OF l) AS locked;
  IF v_count <> cardinality(p_lane) THEN
    RAISE EXCEPTION 'fenced: % of % lanes of % have the expected epoch', v_count, cardinality(p_lane), p_context
      USING ERRCODE = 'KE001';
  END IF;

  SELECT count(*) FILTER (WHERE coalesce(head.position, 0) <> asked.last), max(head.recorded_at)
    INTO v_count, v_newest
    FROM unnest(p_lane, p_last) AS asked(lane, last)
    LEFT JOIN LATERAL (
      SELECT e.position, e.recorded_at FROM events e
       WHERE e.context = p_context AND e.lane = asked.lane AND e.position >= asked.last
       ORDER BY e.position DESC LIMIT 1) AS head ON true;
  IF v_count > 0 THEN
    RAISE EXCEPTION 'misplaced: % lanes of % end elsewhere', v_count, p_context USING ERRCODE = 'KE002';
  END IF;
  v_recorded := greatest(clock_timestamp(), v_newest);

  IF cardinality(p_check_id) > 0 THEN
    SELECT count(*) INTO v_count
      FROM unnest(p_check_type, p_check_id, p_check_version) AS asked(type, id, version)
      LEFT JOIN LATERAL (
        SELECT e.version FROM events e
         WHERE e.context = p_context AND e.aggregate_type = asked.type AND e.aggregate_id = asked.id
           AND e.version >= asked.version
         ORDER BY e.version DESC LIMIT 1) AS stored ON true
     WHERE coalesce(stored.version, 0) <> asked.version;
    IF v_count > 0 THEN
      RAISE EXCEPTION 'stale version: % aggregates of % have another one', v_count, p_context USING ERRCODE = 'KE003';
    END IF;
  END IF;

  IF cardinality(p_receipt_request) > 0 THEN
    INSERT INTO receipts (day, context, lane, request_id, caller, aggregate_type, aggregate_id, fingerprint, version,
                          position, reply, recorded_at)
    SELECT unnest(p_receipt_day), p_context, unnest(p_receipt_lane), unnest(p_receipt_request), unnest(p_receipt_caller),
           unnest(p_receipt_type), unnest(p_receipt_id), unnest(p_receipt_fingerprint), unnest(p_receipt_version),
           unnest(p_receipt_position), unnest(p_receipt_reply), v_recorded;
  END IF;

  IF cardinality(p_event_position) > 0 THEN
    INSERT INTO events (context, lane, position, epoch, aggregate_type, aggregate_id, version, type, payload, metadata,
                        recorded_at)
    SELECT p_context, unnest(p_event_lane), unnest(p_event_position), unnest(p_event_epoch), unnest(p_event_aggregate_type),
           unnest(p_event_aggregate_id), unnest(p_event_version), unnest(p_event_type), unnest(p_event_payload),
           unnest(p_event_metadata), v_recorded;
  END IF;

  IF cardinality(p_snapshot_id) > 0 THEN
    INSERT INTO snapshots AS kept (context, aggregate_type, aggregate_id, version, position, schema, incarnation, state,
                                   taken_at)
    SELECT DISTINCT ON (s.type, s.id)
           p_context, s.type, s.id, s.version, s.position, s.schema, j.incarnation, s.state, v_recorded
      FROM unnest(p_snapshot_type, p_snapshot_id, p_snapshot_version, p_snapshot_position, p_snapshot_schema,
                  p_snapshot_state) AS s(type, id, version, position, schema, state)
     CROSS JOIN journal j
     ORDER BY s.type, s.id, s.version DESC
    ON CONFLICT (context, aggregate_type, aggregate_id) DO UPDATE
       SET version = excluded.version, position = excluded.position, schema = excluded.schema,
           incarnation = excluded.incarnation, state = excluded.state, taken_at = excluded.taken_at
     WHERE excluded.version > kept.version
        OR (excluded.version = kept.version
            AND (excluded.schema, excluded.incarnation) IS DISTINCT FROM (kept.schema, kept.incarnation));
  END IF;

  RETURN v_recorded;
END $$;
