-- Why: a process that is taken over or plainly wrong must not be able to rewrite history. Group roles without login;
-- the deployment makes the users and grants them one of these. Roles belong to the cluster, so they may be there.

-- migrate:up

DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['keel_service', 'keel_projector', 'keel_query', 'keel_maintenance'] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- another database of the cluster is being migrated at this moment
    END;
  END LOOP;
END $$;

-- The command service: adds to history, moves places, owns lanes.
GRANT SELECT ON journal, owners, lanes, events, receipts, snapshots, publications, reactions, timers TO keel_service;
GRANT INSERT ON owners, events, receipts, snapshots, publications, reactions, timers TO keel_service;
GRANT UPDATE ON owners, snapshots, publications, reactions, timers TO keel_service;
GRANT UPDATE (owner, epoch) ON lanes TO keel_service;
GRANT DELETE ON owners, timers TO keel_service;

-- Projectors heal from history; they write the read store, not this.
GRANT SELECT ON journal, lanes, events TO keel_projector;

-- Whoever looks after what may be forgotten.
GRANT SELECT ON journal, lanes, receipts, snapshots TO keel_maintenance;
GRANT DELETE ON receipts, snapshots TO keel_maintenance;

REVOKE EXECUTE ON FUNCTION keel_keep_receipts(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keel_keep_receipts(interval) TO keel_service, keel_maintenance;
