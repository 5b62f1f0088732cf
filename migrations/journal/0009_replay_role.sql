-- Why: whoever proves that the journal keeps its promises (`keel replay journal check`) reads all of it, receipts and
-- snapshots too, and must not be able to change any of it. A role of its own, because projectors need not see who asked.

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
END $$;

GRANT SELECT ON journal, lanes, events, receipts, snapshots, publications, reactions TO keel_replay;
