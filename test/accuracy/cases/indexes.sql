Indexes that are built, rebuilt, dropped and changed.

--- setup
create table posts (id bigint primary key, author_id bigint, title varchar(200), body text, tags text[], meta jsonb, published_at timestamptz, "isDraft" boolean default false, region text);
insert into posts select g, g, 't' || g, 'b' || g, '{a}', '{}', now(), false, 'r' from generate_series(1, 300) g;
create index posts_title_idx on posts (title);
create unique index posts_author_title on posts (author_id, title);
create schema blog;
create table blog.posts (id bigint, title text);
insert into blog.posts select g, 't' from generate_series(1, 300) g;
create table events (id bigint, at date not null, kind text) partition by range (at);
create table events_2023 partition of events for values from ('2023-01-01') to ('2024-01-01');
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
insert into events select g, date '2023-06-01' + g, 'k' from generate_series(1, 300) g;
create materialized view post_titles as select id, title from posts;

--- plain
create index on posts (author_id);
--- named
create index posts_published_idx on posts (published_at desc nulls last);
--- unique
create unique index posts_id_region on posts (id, region);
--- unique nulls not distinct
create unique index posts_id_region on posts (id, region) nulls not distinct;
--- partial
create index posts_drafts on posts (id) where "isDraft";
--- partial that matches nothing
create index posts_none on posts (id) where id < 0;
--- expression
create index posts_lower_title on posts (lower(title));
--- gin
create index on posts using gin (tags);
--- gin on jsonb
create index posts_meta on posts using gin (meta jsonb_path_ops);
--- gist
create index on posts using gist (tstzrange(published_at, published_at));
--- brin
create index on posts using brin (published_at);
--- hash
create index on posts using hash (region);
--- spgist
create index on posts using spgist (body);
--- include
create index on posts (author_id) include (title);
--- with options
create index on posts (author_id) with (fillfactor = 80);
--- in a tablespace
create index on posts (author_id) tablespace archive;
--- if not exists, and it does not
create index if not exists posts_new_idx on posts (author_id);
--- if not exists, and it does
create index if not exists posts_title_idx on posts (title);
--- if not exists, and a table of another schema has it
create index if not exists posts_title_idx on blog.posts (title);
--- on a table of another schema
create index on blog.posts (title);
--- only
create index on only posts (region);
--- concurrently
create index concurrently posts_region_idx on posts (region);
--- concurrently and unique
create unique index concurrently posts_region_id on posts (region, id);
--- concurrently if not exists
create index concurrently if not exists posts_region_idx on posts (region);
--- two concurrently
create index concurrently posts_region_idx on posts (region);
create index concurrently posts_body_idx on posts (body);
--- concurrently beside one that is not
create index concurrently posts_region_idx on posts (region);
create index posts_body_idx on posts (body);
--- concurrently after a new column
alter table posts add column slug text;
create index concurrently posts_slug_idx on posts (slug);
--- on a partitioned table
create index events_kind_idx on events (kind);
--- on a partitioned table alone
create index events_kind_idx on only events (kind);
--- on one partition
create index events_2024_kind_idx on events_2024 (kind);
--- on one partition concurrently
create index concurrently events_2024_kind_idx on events_2024 (kind);
--- unique on a partitioned table
create unique index on events (id, at);
--- on a partitioned table whose partitions have it
create index on events_2023 (kind);
create index on events_2024 (kind);
--- when
create index events_kind_idx on events (kind);
--- on a partitioned table of which one partition has it
create index on events_2023 (kind);
--- when
create index events_kind_idx on events (kind);
--- partitioned concurrently fails
create index concurrently events_kind_idx on events (kind);
--- attached to that of the parent
create index events_kind_idx on only events (kind);
create index events_2023_kind_idx on events_2023 (kind);
--- when
alter index events_kind_idx attach partition events_2023_kind_idx;
--- on a materialized view
create index on post_titles (title);
--- on a materialized view concurrently
create index concurrently post_titles_idx on post_titles (title);
--- on a table of the same file
create table comments (id bigint primary key, post_id bigint);
create index on comments (post_id);
--- on a filled table of the same file
create table copies as select * from posts;
create index on copies (id);
--- on a table of the same file that was renamed
create table drafts (id bigint);
alter table drafts rename to sketches;
create index on sketches (id);
--- on a renamed table
alter table posts rename to articles;
create index on articles (author_id);
--- after a column in the same file
alter table posts add column slug text;
create unique index posts_slug_key on posts (slug);
--- drop
drop index posts_title_idx;
--- drop if exists
drop index if exists posts_title_idx;
--- drop what is not there
drop index if exists not_there_idx;
--- drop concurrently
drop index concurrently posts_title_idx;
--- drop and build
drop index posts_title_idx;
create index posts_title_idx on posts (title, id);
--- drop concurrently and build concurrently
drop index concurrently if exists posts_title_idx;
create index concurrently posts_title_idx on posts (title, id);
--- rename
alter index posts_title_idx rename to posts_by_title;
--- rename and keep the name for another
alter index posts_title_idx rename to posts_title_old;
create index posts_title_idx on posts (title, id);
--- set options
alter index posts_title_idx set (fillfactor = 70);
--- set tablespace
alter index posts_title_idx set tablespace archive;
--- set statistics
create index posts_upper on posts (upper(title));
--- when
alter index posts_upper alter column 1 set statistics 500;
--- reindex index
reindex index posts_title_idx;
--- reindex table
reindex table posts;
--- reindex index concurrently
reindex index concurrently posts_title_idx;
--- reindex table concurrently
reindex table concurrently posts;
--- reindex schema
reindex schema blog;
--- reindex schema with an index
create index on blog.posts (title);
--- when
reindex schema blog;
--- reindex with options
reindex (verbose) table posts;
--- reindex concurrently as an option
reindex (concurrently) table posts;
--- reindex a partitioned table
create index on events (kind);
--- when
reindex table events;
--- reindex a table without indexes
reindex table blog.posts;
--- comment
comment on index posts_title_idx is 'for searches';
--- Rails
CREATE INDEX "index_posts_on_author_id" ON "posts" ("author_id");
--- Rails concurrently
CREATE INDEX CONCURRENTLY "index_posts_on_region" ON "posts" ("region");
--- Rails unique
CREATE UNIQUE INDEX "index_posts_on_id_and_region" ON "posts" ("id", "region") WHERE (region IS NOT NULL);
--- Rails replaces an index
DROP INDEX "posts_title_idx";
CREATE INDEX "index_posts_on_title" ON "posts" ("title");
--- Django
CREATE INDEX "posts_author_id_7a1b" ON "posts" ("author_id");
--- Django with like
CREATE INDEX "posts_region_like" ON "posts" ("region" varchar_pattern_ops);
--- Prisma
-- CreateIndex
CREATE INDEX "posts_region_idx" ON "posts"("region");
--- Prisma drops an index
-- DropIndex
DROP INDEX "posts_title_idx";
--- Drizzle
CREATE INDEX "posts_region_idx" ON "posts" USING btree ("region");
--- Drizzle unique
CREATE UNIQUE INDEX IF NOT EXISTS "posts_region_uq" ON "posts" USING btree ("region","id");
--- TypeORM
CREATE UNIQUE INDEX "IDX_8f1a" ON "posts" ("id", "region") ;
--- multi-byte names
create table "Bücher" ("Größe" integer, "日本" text);
insert into "Bücher" select g, 'x' from generate_series(1, 300) g;
--- when
create index "Bücher_Größe" on "Bücher" ("Größe");
--- in a DO block
do $$ begin
  if to_regclass('posts_region_idx') is null then
    create index posts_region_idx on posts (region);
  end if;
end $$;
--- in a DO block by EXECUTE
do $$ begin
  execute 'create index posts_region_idx on posts (region)';
end $$;
--- in a DO block by a loop
do $$
declare t text;
begin
  foreach t in array array['posts'] loop
    execute format('create index on %I (region)', t);
  end loop;
end $$;
