-- Why: what happened, in order, for ever, and everything that keeps it so (docs/protocol.md, "The journal").
-- No row of these tables is updated per batch: heads are read from the primary key of events, because an updated head
-- bloats under one idle transaction anywhere in the cluster. Names and ids compare as bytes (COLLATE "C"), whatever the
-- database's locale: that is what they are, and strcoll would cost every index on them.

-- migrate:up

-- Which journal this is: exactly one row.
CREATE TABLE journal (
  incarnation       uuid    NOT NULL,
  system_identifier text    NOT NULL,  -- PostgreSQL's own, when the journal was made or last adopted
  timeline          integer NOT NULL,
  lane_count        integer NOT NULL CHECK (lane_count BETWEEN 1 AND 1024),
  hash              text    NOT NULL   -- names the lane function
);
CREATE UNIQUE INDEX journal_is_one_row ON journal ((true));

-- The processes that own lanes, or did. seen_at is written every second by the back end beside it.
CREATE TABLE owners (
  owner         uuid        PRIMARY KEY,
  name          text        NOT NULL,  -- for people: host and process
  backend       integer     NOT NULL,
  backend_start timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE lanes (
  context text COLLATE "C"    NOT NULL,
  lane    integer NOT NULL CHECK (lane >= 0),
  owner   uuid,
  epoch   bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (context, lane)
) WITH (fillfactor = 20);

CREATE TABLE events (
  context        text COLLATE "C"        NOT NULL,
  lane           integer     NOT NULL,
  position       bigint      NOT NULL CHECK (position > 0),
  epoch          bigint      NOT NULL,
  aggregate_type text COLLATE "C"        NOT NULL,
  aggregate_id   text COLLATE "C"        NOT NULL,
  version        bigint      NOT NULL CHECK (version > 0),
  type           text        NOT NULL,  -- full name of the message in payload
  payload        bytea       NOT NULL,
  metadata       bytea       NOT NULL,  -- keel.type.v1.EventMetadata
  recorded_at    timestamptz NOT NULL,
  PRIMARY KEY (context, lane, position),
  CONSTRAINT events_versions UNIQUE (context, aggregate_type, aggregate_id, version)
);

-- What makes a repeated command harmless. day is a function of the id alone: a version 7 id's own UTC day, else
-- 1970-01-01; so the key finds an id in one partition, and forgetting a day is dropping a table.
CREATE TABLE receipts (
  day            date        NOT NULL,
  context        text COLLATE "C"        NOT NULL,
  lane           integer     NOT NULL,
  request_id     uuid        NOT NULL,
  caller         text COLLATE "C"        NOT NULL,
  aggregate_type text COLLATE "C"        NOT NULL,
  aggregate_id   text COLLATE "C"        NOT NULL,
  fingerprint    bytea       NOT NULL,
  version        bigint      NOT NULL,
  position       bigint      NOT NULL,
  reply          bytea       NOT NULL,
  recorded_at    timestamptz NOT NULL,
  PRIMARY KEY (day, context, lane, request_id)
) PARTITION BY LIST (day);

CREATE TABLE receipts_19700101 PARTITION OF receipts FOR VALUES IN ('1970-01-01');
CREATE INDEX receipts_19700101_recorded_at ON receipts_19700101 (recorded_at);

-- A cache, never the truth: one row an aggregate, only ever raised.
CREATE TABLE snapshots (
  context        text COLLATE "C"        NOT NULL,
  aggregate_type text COLLATE "C"        NOT NULL,
  aggregate_id   text COLLATE "C"        NOT NULL,
  version        bigint      NOT NULL,
  position       bigint      NOT NULL,
  schema         bigint      NOT NULL,
  incarnation    uuid        NOT NULL,
  state          bytea       NOT NULL,
  taken_at       timestamptz NOT NULL,
  PRIMARY KEY (context, aggregate_type, aggregate_id)
);

-- How far each lane was acknowledged by the broker. Only grows.
CREATE TABLE publications (
  context  text COLLATE "C"    NOT NULL,
  lane     integer NOT NULL,
  position bigint  NOT NULL,
  PRIMARY KEY (context, lane)
) WITH (fillfactor = 20);

-- How far each reactor has come in each lane that it reads. Only grows.
CREATE TABLE reactions (
  reactor  text COLLATE "C"    NOT NULL,
  context  text COLLATE "C"    NOT NULL,
  lane     integer NOT NULL,
  position bigint  NOT NULL,
  PRIMARY KEY (reactor, context, lane)
) WITH (fillfactor = 20);

-- Durable alarms of a lane: commands to be sent at or after due_at.
CREATE TABLE timers (
  context      text COLLATE "C"        NOT NULL,
  lane         integer     NOT NULL,
  key          text COLLATE "C"        NOT NULL,
  due_at       timestamptz NOT NULL,
  command_type text        NOT NULL,
  command      bytea       NOT NULL,
  PRIMARY KEY (context, lane, key)
);
CREATE INDEX timers_due ON timers (context, due_at);
