-- Why: whoever looks at what is parked asks since when; and an aggregate that somebody gave up must go on being marked in
-- every answer without being in the way of those that wait for a person. docs/protocol.md, "Projection".

-- migrate:up

ALTER TABLE parked ADD COLUMN parked_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE parked ADD COLUMN discarded_at timestamptz;  -- given up; the rows stay marked until the next rebuild
