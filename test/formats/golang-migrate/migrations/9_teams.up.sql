BEGIN;
CREATE TABLE teams (id bigserial PRIMARY KEY, name text NOT NULL);
COMMIT;

BEGIN;
ALTER TABLE users ADD COLUMN team_id bigint REFERENCES teams (id);
COMMIT;

CREATE INDEX CONCURRENTLY users_team ON users (team_id);
