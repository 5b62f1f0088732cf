-- Why: what every projection needs beside its own tables: which generation is live, how far each lane is folded, and
-- what could not be folded. docs/protocol.md, "Projection". The tables of the projections themselves come from the
-- projections' code, one set a generation.

-- migrate:up

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['keel_projector', 'keel_query'] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another database of the cluster is being migrated at this moment
    END;
  END LOOP;
END $$;

CREATE TABLE projections (
  projection text PRIMARY KEY,
  live bigint NOT NULL CHECK (live > 0),      -- generation that is queried and fed
  version integer NOT NULL CHECK (version > 0),  -- of the code that made it
  paused boolean NOT NULL DEFAULT false
);

CREATE TABLE checkpoints (
  projection text NOT NULL REFERENCES projections,
  generation bigint NOT NULL,
  context text NOT NULL,
  lane integer NOT NULL,
  incarnation uuid NOT NULL,                  -- of the journal that was folded
  position bigint NOT NULL CHECK (position >= 0),
  revision bigint NOT NULL DEFAULT 0,         -- rises when rows change and the position does not
  PRIMARY KEY (projection, generation, context, lane)
) WITH (fillfactor = 20);                     -- updated at every batch: leave room for HOT updates

-- Pointers to events that could not be folded, never their bytes.
CREATE TABLE parked (
  projection text NOT NULL REFERENCES projections,
  generation bigint NOT NULL,
  context text NOT NULL,
  lane integer NOT NULL,
  position bigint NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  reason text NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  PRIMARY KEY (projection, generation, context, lane, position)
);
CREATE INDEX parked_aggregates ON parked (projection, generation, aggregate_type, aggregate_id);

-- Moves a lane's checkpoint from the place that the caller believes in, or raises KR001: of two projectors that fold the
-- same lane, one wins and the other writes nothing. Called first in the transaction, so that the loser waits here and not
-- on rows. Tells the query edge, which listens.
CREATE FUNCTION move_checkpoint(of_projection text, of_generation bigint, of_context text, of_lane integer,
                                of_incarnation uuid, from_position bigint, from_revision bigint, to_position bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE checkpoints SET position = to_position
   WHERE projection = of_projection AND generation = of_generation AND context = of_context AND lane = of_lane
     AND incarnation = of_incarnation AND position = from_position AND revision = from_revision;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'outrun: lane % of % is not at position % any more', of_lane, of_projection, from_position
      USING ERRCODE = 'KR001';
  END IF;
  PERFORM pg_notify('keel_read', of_projection);
END
$$;

GRANT SELECT ON projections TO keel_projector, keel_query;
GRANT SELECT, INSERT, UPDATE ON checkpoints TO keel_projector;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked TO keel_projector;
GRANT SELECT ON checkpoints, parked TO keel_query;
