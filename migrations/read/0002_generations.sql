-- Why: a projection is rebuilt beside the one that is queried, compared with it, promoted by one switch and rolled back
-- by another. So a projection has several generations at once, what rebuilds them is on record, and so is who switched
-- what and why. docs/protocol.md, "Projection".

-- migrate:up

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'keel_replay') THEN
    BEGIN
      CREATE ROLE keel_replay NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another database of the cluster is being migrated at this moment
    END;
  END IF;
  -- Generations belong to keel_replay, whoever makes them: the migrator makes the first of each projection.
  IF NOT pg_has_role(current_user, 'keel_replay', 'MEMBER') THEN
    EXECUTE format('GRANT keel_replay TO %I', current_user);
  END IF;
END $$;

-- The generation that was live before, which a roll-back goes to; null after a roll-back and when it was dropped.
ALTER TABLE projections ADD COLUMN previous bigint;

-- Every generation that there ever was: a number is never used again.
CREATE TABLE generations (
  projection text NOT NULL REFERENCES projections,
  generation bigint NOT NULL CHECK (generation > 0),
  version integer NOT NULL CHECK (version > 0),  -- of the code that made it, and that alone may feed it
  -- filling: a rebuild writes it. fed: projectors do. dropped: its tables are gone.
  state text NOT NULL CHECK (state IN ('filling', 'fed', 'dropped')),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  verified_at timestamptz,                       -- last comparison without a difference since it was filled
  PRIMARY KEY (projection, generation)
);
INSERT INTO generations (projection, generation, version, state) SELECT projection, live, version, 'fed' FROM projections;

-- Long work on a projection: what it is to do and how far it is. Whoever works at it holds the advisory lock
-- (5426002, hashtext(projection)), so a row that says `running` without the lock being held was left by a crash.
CREATE TABLE operations (
  operation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('rebuild')),
  projection text NOT NULL REFERENCES projections,
  generation bigint NOT NULL,
  version integer NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopped', 'failed', 'done', 'abandoned')),
  phase text NOT NULL DEFAULT 'loading' CHECK (phase IN ('loading', 'indexing', 'catching_up', 'ended')),
  cancel_asked boolean NOT NULL DEFAULT false,
  worker text NOT NULL,                          -- for people: host and process that works at it, or did last
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  events bigint NOT NULL DEFAULT 0,              -- folded so far
  total bigint NOT NULL DEFAULT 0,               -- to be folded, when it was planned or resumed
  rate bigint NOT NULL DEFAULT 0,                -- events a second, lately
  result text NOT NULL DEFAULT ''
);
CREATE INDEX operations_of_projection ON operations (projection, operation);

-- Who changed what, when and why. Only added to.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  who text NOT NULL,                             -- user and host as the operator's system tells them
  database_user text NOT NULL DEFAULT session_user,
  action text NOT NULL,
  projection text NOT NULL,
  generation bigint,
  operation bigint,
  reason text NOT NULL,
  result text NOT NULL
);
CREATE INDEX audit_of_projection ON audit (projection, id);

-- Makes a generation the live one if its lanes are not behind those of the present one, both held still meanwhile.
-- Raises KR002 when a lane is behind, KR003 when it parks what the live one does not; unless forced. The caller has locked
-- the present one's checkpoints before it waited for the other's.
CREATE FUNCTION switch_generation(of_projection text, to_generation bigint, forced boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  present projections;
  wanted generations;
  behind record;
  newly_parked record;
BEGIN
  SELECT * INTO STRICT present FROM projections WHERE projection = of_projection FOR UPDATE;
  SELECT * INTO STRICT wanted FROM generations WHERE projection = of_projection AND generation = to_generation FOR UPDATE;
  IF wanted.state <> 'fed' THEN
    RAISE EXCEPTION 'generation % of % is %', to_generation, of_projection, wanted.state USING ERRCODE = 'KR002';
  END IF;
  PERFORM FROM checkpoints WHERE projection = of_projection AND generation IN (present.live, to_generation)
    ORDER BY generation, context, lane FOR UPDATE;
  SELECT o.context, o.lane, o.position, n.position AS reached INTO behind
    FROM checkpoints o
    LEFT JOIN checkpoints n ON n.projection = o.projection AND n.generation = to_generation AND n.context = o.context
     AND n.lane = o.lane
   WHERE o.projection = of_projection AND o.generation = present.live
     AND (n.position IS NULL OR (n.incarnation = o.incarnation AND n.position < o.position))
   ORDER BY o.context, o.lane LIMIT 1;
  IF FOUND AND NOT forced THEN
    RAISE EXCEPTION 'generation % is behind: lane % of % is at %, the live one at %', to_generation, behind.lane,
      behind.context, coalesce(behind.reached, 0), behind.position USING ERRCODE = 'KR002';
  END IF;
  SELECT p.aggregate_type, p.aggregate_id INTO newly_parked FROM parked p
   WHERE p.projection = of_projection AND p.generation = to_generation
     AND NOT EXISTS (SELECT FROM parked l WHERE l.projection = of_projection AND l.generation = present.live
                      AND l.aggregate_type = p.aggregate_type AND l.aggregate_id = p.aggregate_id) LIMIT 1;
  IF FOUND AND NOT forced THEN
    RAISE EXCEPTION 'generation % parks %/%, which the live one does not', to_generation, newly_parked.aggregate_type,
      newly_parked.aggregate_id USING ERRCODE = 'KR003';
  END IF;
  UPDATE projections SET live = to_generation, version = wanted.version, previous = present.live
   WHERE projection = of_projection;
  PERFORM pg_notify('keel_read', of_projection);
END
$$;

GRANT keel_projector TO keel_replay;
DO $$
DECLARE
  of_a_generation text;
BEGIN
  EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO keel_replay', current_schema());
  FOR of_a_generation IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '_g[0-9]+$' LOOP
    EXECUTE format('ALTER TABLE %I OWNER TO keel_replay', of_a_generation);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON generations, operations TO keel_replay;
GRANT SELECT, INSERT ON audit TO keel_replay;
GRANT UPDATE ON projections TO keel_replay;
GRANT SELECT ON generations TO keel_projector, keel_query;
GRANT SELECT ON operations, audit TO keel_query;
GRANT DELETE ON checkpoints TO keel_replay;
REVOKE EXECUTE ON FUNCTION switch_generation(text, bigint, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION switch_generation(text, bigint, boolean) TO keel_replay;
