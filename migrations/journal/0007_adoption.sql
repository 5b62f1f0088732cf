-- Why: a journal that was restored or failed over may have lost its tail, and nothing in it can tell. So its row keeps
-- which server and timeline it was written on, and a process compares them at start (docs/protocol.md 1.5).

-- migrate:up

CREATE FUNCTION keel_server_identifier() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT system_identifier::text FROM pg_control_system()
$$;

-- The timeline that is written now. The control file's lags behind a promotion until the next checkpoint.
CREATE FUNCTION keel_server_timeline() RETURNS integer LANGUAGE sql VOLATILE AS $$
  SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
$$;
