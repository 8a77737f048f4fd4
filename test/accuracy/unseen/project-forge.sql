A forge as GitLab is one: projects, issues, notes, builds; large tables and careful Rails migrations.

--- setup
CREATE TABLE namespaces (id bigint PRIMARY KEY, path varchar NOT NULL, parent_id integer);
INSERT INTO namespaces SELECT g, 'p' || g FROM generate_series(1, 200) g;
CREATE TABLE projects (id bigint PRIMARY KEY, namespace_id bigint, name varchar, visibility_level integer DEFAULT 0 NOT NULL, description text, last_activity_at timestamp without time zone);
INSERT INTO projects SELECT g, 1 + g % 200, 'n' FROM generate_series(1, 400) g;
CREATE TABLE issues (id integer NOT NULL, project_id integer, author_id integer, title varchar, state_id smallint DEFAULT 1, iid integer, weight integer, due_date date, created_at timestamp, CONSTRAINT issues_pkey PRIMARY KEY (id));
INSERT INTO issues SELECT g, g, g % 10, 't', 1, g, 1 FROM generate_series(1, 400) g;
CREATE INDEX index_issues_on_project_id ON issues USING btree (project_id);
CREATE TABLE notes (id integer PRIMARY KEY, note text, noteable_type varchar, noteable_id integer, system boolean DEFAULT false NOT NULL);
INSERT INTO notes SELECT g, 'n', 'Issue', g FROM generate_series(1, 600) g;
CREATE TABLE ci_builds (id bigint NOT NULL, partition_id bigint NOT NULL, status varchar, project_id bigint, PRIMARY KEY (id, partition_id)) PARTITION BY LIST (partition_id);
CREATE TABLE ci_builds_100 PARTITION OF ci_builds FOR VALUES IN (100);
INSERT INTO ci_builds SELECT g, 100, 'success', g FROM generate_series(1, 500) g;
CREATE TABLE ci_builds_101 (id bigint NOT NULL, partition_id bigint NOT NULL, status varchar, project_id bigint);
INSERT INTO ci_builds_101 SELECT g, 101, 'success', g FROM generate_series(1, 500) g;
CREATE FUNCTION trigger_copy_id() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id_convert := NEW.id; RETURN NEW; END';

--- a column with a text limit
ALTER TABLE "projects" ADD "topic_list" text;
ALTER TABLE "projects" ADD CONSTRAINT check_5f1ab2 CHECK ( char_length("topic_list") <= 255 ) NOT VALID;
--- a text limit is validated
ALTER TABLE projects ADD CONSTRAINT check_desc CHECK (char_length(description) <= 1024) NOT VALID;
--- when
SET statement_timeout TO 0;
ALTER TABLE projects VALIDATE CONSTRAINT check_desc;
RESET statement_timeout;
--- a text limit is added and validated in one file
ALTER TABLE projects ADD CONSTRAINT check_desc CHECK (char_length(description) <= 1024) NOT VALID;
ALTER TABLE projects VALIDATE CONSTRAINT check_desc;
--- bigints begin
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
CREATE TRIGGER trigger_notes_id BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION trigger_copy_id();
--- bigints are copied in a batch
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
--- when
UPDATE "notes" SET "id_convert" = "id" WHERE "notes"."id" >= 1 AND "notes"."id" < 200;
--- bigints get their index
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
UPDATE notes SET id_convert = id;
--- when
CREATE UNIQUE INDEX CONCURRENTLY "index_notes_on_id_convert" ON "notes" ("id_convert");
--- bigints are swapped
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
UPDATE notes SET id_convert = id;
CREATE UNIQUE INDEX index_notes_on_id_convert ON notes (id_convert);
--- when
LOCK TABLE notes IN ACCESS EXCLUSIVE MODE;
ALTER TABLE notes RENAME COLUMN id TO id_tmp;
ALTER TABLE notes RENAME COLUMN id_convert TO id;
ALTER TABLE notes RENAME COLUMN id_tmp TO id_convert;
ALTER TABLE notes DROP CONSTRAINT notes_pkey CASCADE;
ALTER TABLE notes ADD CONSTRAINT notes_pkey PRIMARY KEY USING INDEX index_notes_on_id_convert;
--- bigints are swapped without an index
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
UPDATE notes SET id_convert = id;
--- when
ALTER TABLE notes DROP CONSTRAINT notes_pkey;
ALTER TABLE notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id_convert);
--- bigints end
ALTER TABLE notes ADD id_convert bigint DEFAULT 0 NOT NULL;
CREATE TRIGGER trigger_notes_id BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION trigger_copy_id();
--- when
DROP TRIGGER IF EXISTS trigger_notes_id ON notes;
ALTER TABLE notes DROP COLUMN id_convert;
--- bigints at once
ALTER TABLE issues ALTER COLUMN id TYPE bigint, ALTER COLUMN project_id TYPE bigint, ALTER COLUMN author_id TYPE bigint;
--- a small number grows
ALTER TABLE issues ALTER COLUMN state_id TYPE integer;
--- a foreign key with a lock timeout
SET lock_timeout TO '100ms';
ALTER TABLE issues ADD CONSTRAINT fk_899c8f3231 FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE NOT VALID;
--- a foreign key at once
ALTER TABLE "issues" ADD CONSTRAINT "fk_rails_899c8f3231" FOREIGN KEY ("project_id") REFERENCES "projects" ("id");
--- a foreign key for both tables under locks in order
LOCK TABLE projects, issues IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE issues ADD CONSTRAINT fk_order FOREIGN KEY (project_id) REFERENCES projects(id) NOT VALID;
--- a foreign key from a partition
ALTER TABLE ci_builds_100 ADD CONSTRAINT fk_project FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID;
--- a foreign key from a partitioned table
ALTER TABLE ci_builds ADD CONSTRAINT fk_project FOREIGN KEY (project_id) REFERENCES projects (id) NOT VALID;
--- a foreign key from a partitioned table that is validated
DELETE FROM ci_builds WHERE project_id > 400;
--- when
ALTER TABLE ci_builds ADD CONSTRAINT fk_project FOREIGN KEY (project_id) REFERENCES projects (id);
--- a foreign key goes
ALTER TABLE issues ADD CONSTRAINT fk_project FOREIGN KEY (project_id) REFERENCES projects(id);
--- when
ALTER TABLE issues DROP CONSTRAINT IF EXISTS fk_project;
--- a not null that is checked before
ALTER TABLE issues ADD CONSTRAINT check_iid CHECK (iid IS NOT NULL) NOT VALID;
--- when
ALTER TABLE issues VALIDATE CONSTRAINT check_iid;
ALTER TABLE issues ALTER iid SET NOT NULL;
--- a not null whose check is not yet valid
ALTER TABLE issues ADD CONSTRAINT check_iid CHECK (iid IS NOT NULL) NOT VALID;
--- when
ALTER TABLE issues ALTER iid SET NOT NULL;
--- a not null of two columns, one of them checked
ALTER TABLE issues ADD CONSTRAINT check_iid CHECK (iid IS NOT NULL);
--- when
ALTER TABLE issues ALTER iid SET NOT NULL, ALTER weight SET NOT NULL;
--- a not null as Rails says it
ALTER TABLE "issues" ALTER COLUMN "project_id" SET NOT NULL;
--- a null again
ALTER TABLE "projects" ALTER COLUMN "visibility_level" DROP NOT NULL;
--- a default as Rails says it
ALTER TABLE "issues" ALTER COLUMN "weight" SET DEFAULT 0;
--- timestamps as Rails says it
ALTER TABLE "projects" ADD "created_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;
ALTER TABLE "projects" ADD "updated_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;
--- timestamps with a clock
ALTER TABLE projects ADD COLUMN archived_at timestamptz NOT NULL DEFAULT clock_timestamp();
--- precision of a timestamp as Rails says it
ALTER TABLE "issues" ALTER COLUMN "created_at" TYPE timestamp(6) USING "created_at"::timestamp(6);
--- precision of a timestamp
ALTER TABLE issues ALTER COLUMN created_at TYPE timestamp(6);
--- precision of a timestamp falls
ALTER TABLE projects ALTER COLUMN last_activity_at TYPE timestamp(0);
--- a string becomes text as Rails says it
ALTER TABLE "issues" ALTER COLUMN "title" TYPE text;
--- a text becomes a string as Rails says it
ALTER TABLE "projects" ALTER COLUMN "description" TYPE character varying;
--- a string gets a limit as Rails says it
ALTER TABLE "projects" ALTER COLUMN "name" TYPE character varying(255);
--- a reference as Rails says it
ALTER TABLE "notes" ADD "project_id" bigint;
CREATE INDEX "index_notes_on_project_id" ON "notes" ("project_id");
ALTER TABLE "notes" ADD CONSTRAINT "fk_rails_99e097b079" FOREIGN KEY ("project_id") REFERENCES "projects" ("id");
--- a reference without index or foreign key
ALTER TABLE "notes" ADD "project_id" bigint;
--- a polymorphic reference
ALTER TABLE "notes" ADD "target_type" character varying NOT NULL DEFAULT 'Issue', ADD "target_id" bigint;
CREATE INDEX CONCURRENTLY "index_notes_on_target" ON "notes" ("target_type", "target_id");
--- an index is replaced
CREATE INDEX CONCURRENTLY index_issues_on_project_id_and_iid ON issues (project_id, iid);
DROP INDEX CONCURRENTLY IF EXISTS index_issues_on_project_id;
--- an index is renamed and made anew
ALTER INDEX index_issues_on_project_id RENAME TO old_index;
CREATE INDEX index_issues_on_project_id ON issues (project_id, created_at);
DROP INDEX old_index;
--- a partition comes
CREATE TABLE ci_builds_102 PARTITION OF ci_builds FOR VALUES IN (102);
--- a table becomes a partition
ALTER TABLE ci_builds ATTACH PARTITION ci_builds_101 FOR VALUES IN (101);
--- a table becomes a partition, with a check and an index
ALTER TABLE ci_builds_101 ADD CONSTRAINT in_101 CHECK (partition_id = 101);
ALTER TABLE ci_builds_101 ADD PRIMARY KEY (id, partition_id);
--- when
ALTER TABLE ci_builds ATTACH PARTITION ci_builds_101 FOR VALUES IN (101);
--- a table becomes a partition, with a check but no index
ALTER TABLE ci_builds_101 ADD CONSTRAINT in_101 CHECK (partition_id = 101 AND partition_id IS NOT NULL);
--- when
ALTER TABLE ci_builds ATTACH PARTITION ci_builds_101 FOR VALUES IN (101);
--- a table becomes partitioned by being a partition
ALTER TABLE issues ADD CONSTRAINT all_of_it CHECK (state_id IS NOT NULL AND state_id IN (1, 2)) NOT VALID;
ALTER TABLE issues VALIDATE CONSTRAINT all_of_it;
--- when
LOCK TABLE issues;
ALTER TABLE issues RENAME TO issues_1;
CREATE TABLE issues (LIKE issues_1 INCLUDING DEFAULTS) PARTITION BY LIST (state_id);
ALTER TABLE issues ATTACH PARTITION issues_1 FOR VALUES IN (1, 2);
--- a partition goes
ALTER TABLE ci_builds DETACH PARTITION ci_builds_100;
--- a partition goes concurrently
ALTER TABLE ci_builds DETACH PARTITION ci_builds_100 CONCURRENTLY;
--- a partition goes and is dropped
ALTER TABLE ci_builds DETACH PARTITION ci_builds_100;
DROP TABLE ci_builds_100;
--- a column of partitions
ALTER TABLE ci_builds ADD COLUMN runner_id bigint;
--- a column of partitions with a random default
ALTER TABLE ci_builds ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- a column of partitions is wider
ALTER TABLE ci_builds ALTER COLUMN status TYPE varchar(20);
--- a check of partitions
ALTER TABLE ci_builds ADD CONSTRAINT status_known CHECK (status <> '');
--- a not null of partitions
ALTER TABLE ci_builds ALTER COLUMN project_id SET NOT NULL;
--- a tree of namespaces
ALTER TABLE namespaces ADD CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES namespaces (id);
--- a tree of namespaces, with its paths
ALTER TABLE namespaces ADD COLUMN traversal_ids integer[] DEFAULT '{}' NOT NULL;
CREATE INDEX index_namespaces_on_traversal_ids ON namespaces USING gin (traversal_ids);
--- a view that joins
CREATE OR REPLACE VIEW project_issues AS SELECT p.id, count(*) FROM projects p JOIN issues i ON i.project_id = p.id GROUP BY p.id;
--- a function and a trigger for loose foreign keys
CREATE TABLE deleted_records (id bigserial, table_name text NOT NULL, key bigint NOT NULL);
CREATE FUNCTION insert_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO deleted_records (table_name, key) SELECT TG_TABLE_NAME, id FROM old_table; RETURN NULL; END $$;
CREATE TRIGGER projects_loose_fk AFTER DELETE ON projects REFERENCING OLD TABLE AS old_table FOR EACH STATEMENT EXECUTE FUNCTION insert_deleted();
--- duplicates go before a unique index
DELETE FROM notes a USING notes b WHERE a.id < b.id AND a.noteable_id = b.noteable_id;
CREATE UNIQUE INDEX index_notes_on_noteable ON notes (noteable_type, noteable_id);
--- autovacuum is tuned
ALTER TABLE ci_builds_100 SET (autovacuum_vacuum_threshold = 1000);
--- a table is dropped when nothing needs it
DROP TABLE IF EXISTS notes;
--- a column is ignored and dropped
ALTER TABLE "issues" DROP COLUMN "due_date";
--- a column takes the place of another
ALTER TABLE issues ADD COLUMN health smallint;
UPDATE issues SET health = weight;
--- a check of one of two
ALTER TABLE notes ADD CONSTRAINT one_of_two CHECK (num_nonnulls(noteable_id, note) >= 1);
