-- Why: processes find one another here, and what became of their supervision trees outlives them (docs/adr/0014). Beside
-- the journal, not in it: how a process fared is no fact of the domain, and may be forgotten. The read store has the same
-- two tables, each process writes to the database that it has, and both may be one database: hence IF NOT EXISTS.

-- migrate:up

CREATE TABLE IF NOT EXISTS processes (
  process        uuid        PRIMARY KEY,  -- of one run: started again, it is another one
  role           text        NOT NULL,     -- command, projector, query, dashboard
  node           text        NOT NULL,     -- for people: host and process
  version        text        NOT NULL,     -- of its code
  started_at     timestamptz NOT NULL,     -- by its own clock, as all of its history
  beat_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  stopped_at     timestamptz,              -- it said that it ends
  grpc_address   text        NOT NULL,     -- host:port; empty when it serves none
  status_address text        NOT NULL
) WITH (fillfactor = 20);                  -- updated every second: leave room for HOT updates

CREATE TABLE IF NOT EXISTS supervision_history (
  process   uuid        NOT NULL,
  sequence  bigint      NOT NULL,          -- without hole, unless the database was away for long
  at        timestamptz NOT NULL,
  node      bigint      NOT NULL,          -- 0: an aggregate that is only counted
  parent    bigint      NOT NULL,          -- 0: a root
  kind      text        NOT NULL,
  path      text COLLATE "C" NOT NULL,     -- names from the root
  happening text        NOT NULL,
  cause     text        NOT NULL,
  delay_ms  bigint      NOT NULL,          -- of a backoff
  PRIMARY KEY (process, sequence)
);
CREATE INDEX IF NOT EXISTS supervision_history_at ON supervision_history (at);
CREATE INDEX IF NOT EXISTS supervision_history_of_path ON supervision_history (process, path, sequence);

-- Forgets what is older than the retention: up to 5,000 lines of history, and processes that have not beaten since.
-- Returns how many lines: called again until fewer. What a node of a known process was at the start of the retention
-- stays, or nobody could tell the tree of the days after. One caller at a time; the others return 0 at once.
CREATE OR REPLACE FUNCTION keel_prune_processes(p_retention interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  v_oldest timestamptz := clock_timestamp() - p_retention;
  v_pruned bigint;
BEGIN
  IF p_retention < interval '1 hour' THEN
    RAISE EXCEPTION 'a retention of % is too short', p_retention USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('keel_prune_processes')) THEN RETURN 0; END IF;

  DELETE FROM processes WHERE beat_at < v_oldest;
  DELETE FROM supervision_history h
   WHERE h.ctid = ANY (ARRAY(
     SELECT old.ctid FROM supervision_history old
      WHERE old.at < v_oldest
        AND (old.node = 0
             OR old.happening IN ('stopped', 'recovered')
             OR NOT EXISTS (SELECT FROM processes p WHERE p.process = old.process)
             OR EXISTS (SELECT FROM supervision_history later
                         WHERE later.process = old.process AND later.path = old.path
                           AND later.sequence > old.sequence AND later.at < v_oldest))
      LIMIT 5000));
  GET DIAGNOSTICS v_pruned = ROW_COUNT;
  RETURN v_pruned;
END $$;
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION keel_prune_processes(interval) SET search_path = pg_catalog, %I, pg_temp',
                 current_schema());
END $$;
REVOKE EXECUTE ON FUNCTION keel_prune_processes(interval) FROM PUBLIC;

-- A process says that it is there; nothing else of these tables can it change.
GRANT SELECT, INSERT ON processes TO keel_service;
GRANT UPDATE (beat_at, stopped_at) ON processes TO keel_service;
GRANT SELECT, INSERT ON supervision_history TO keel_service;
GRANT EXECUTE ON FUNCTION keel_prune_processes(interval) TO keel_service;

GRANT SELECT ON processes, supervision_history TO keel_query, keel_replay;
