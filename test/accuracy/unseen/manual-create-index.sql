CREATE INDEX, ALTER INDEX, DROP INDEX, REINDEX.

--- setup
create table articles (id bigint primary key, slug text not null, body text, author_id bigint, tags text[], props jsonb, published_at timestamptz, deleted_at timestamptz, during tstzrange, score integer);
insert into articles select g, 's' || g, 'text ' || g, g % 9, array['a', 'b'], '{"a": 1}', now(), null, tstzrange(now(), now() + interval '1 hour'), g from generate_series(1, 600) g;
create index articles_author on articles (author_id);
create table readings (device integer not null, at date not null, v numeric) partition by range (at);
create table readings_h1 partition of readings for values from ('2024-01-01') to ('2024-07-01');
create table readings_h2 partition of readings for values from ('2024-07-01') to ('2025-01-01');
insert into readings select g, date '2024-01-01' + g % 360, g from generate_series(1, 700) g;
create table drafts (id bigint primary key, note text);
create materialized view top_articles as select id, slug, score from articles where score > 100;

--- plain
create index articles_published on articles (published_at);
--- descending, nulls last
create index articles_newest on articles (published_at desc nulls last, id);
--- unique
create unique index articles_slug on articles (slug);
--- unique nulls not distinct
create unique index articles_slug on articles (author_id, slug) nulls not distinct;
--- with included columns
create index articles_by_author on articles (author_id) include (slug, score);
--- of an expression
create index articles_lower_slug on articles (lower(slug));
--- of a path in jsonb
create index articles_kind on articles ((props ->> 'kind'));
--- gin
create index articles_props on articles using gin (props jsonb_path_ops);
--- gin of words
create index articles_words on articles using gin (to_tsvector('english', body));
--- gist
create index articles_during on articles using gist (during);
--- brin
create index articles_published_brin on articles using brin (published_at) with (pages_per_range = 32);
--- hash
create index articles_slug_hash on articles using hash (slug);
--- partial
create index articles_live on articles (author_id) where deleted_at is null;
--- partial and unique
create unique index articles_live_slug on articles (slug) where deleted_at is null;
--- with an operator class and a collation
create index articles_prefix on articles (slug collate "C" text_pattern_ops);
--- with storage options and a tablespace
create index articles_filled on articles (score) with (fillfactor = 70, deduplicate_items = off) tablespace archive;
--- without a name
create index on articles (score);
--- if not exists, and it does
create index if not exists articles_author on articles (author_id);
--- if not exists, and another has the name
create index if not exists articles_author on articles (slug);
--- if not exists, and it does not
create index if not exists articles_score on articles (score);
--- concurrently
create index concurrently articles_score on articles (score);
--- unique, concurrently, if not exists
create unique index concurrently if not exists articles_slug on articles (slug);
--- concurrently, and then one that is not
create index concurrently articles_score on articles (score);
create index articles_slug on articles (slug);
--- drop and create, both concurrently
drop index concurrently if exists articles_author;
create index concurrently articles_author on articles (author_id, id);
--- drop and create
drop index articles_author;
create index articles_author on articles (author_id, id);
--- two of one table
create index articles_a on articles (score);
create index articles_b on articles (slug, score);
--- of a table without rows
create index drafts_note on drafts (note);
--- of a partitioned table
create index readings_device on readings (device);
--- of a partitioned table only
create index readings_device on only readings (device);
--- of a partition, concurrently
create index readings_device on only readings (device);
--- when
create index concurrently readings_h1_device on readings_h1 (device);
alter index readings_device attach partition readings_h1_device;
--- of partitioned table whose partitions have it
create index readings_h1_device on readings_h1 (device);
create index readings_h2_device on readings_h2 (device);
--- when
create index readings_device on readings (device);
--- of a materialized view
create unique index top_articles_id on top_articles (id);
--- of a materialized view, concurrently
create unique index concurrently top_articles_id on top_articles (id);
--- of a partition that is not concurrent
create index readings_h2_v on readings_h2 (v);
--- dropped
drop index articles_author;
--- dropped concurrently
drop index concurrently articles_author;
--- dropped if exists, and does not
drop index if exists articles_nothing;
--- renamed
alter index articles_author rename to articles_author_id_idx;
--- moved to a tablespace
alter index articles_author set tablespace archive;
--- all indexes of a tablespace are moved
alter index all in tablespace pg_default set tablespace archive;
--- attached
create index readings_device on only readings (device);
create index readings_h1_device on readings_h1 (device);
--- when
alter index readings_device attach partition readings_h1_device;
--- depends on an extension
create extension btree_gin;
--- when
alter index articles_author depends on extension btree_gin;
--- options set
alter index articles_author set (fillfactor = 60);
--- options reset
alter index if exists articles_author reset (fillfactor);
--- statistics of an expression
create index articles_lower_slug on articles (lower(slug));
--- when
alter index articles_lower_slug alter column 1 set statistics 500;
--- reindex an index
reindex index articles_author;
--- reindex an index concurrently
reindex index concurrently articles_author;
--- reindex a table
reindex table articles;
--- reindex a table, concurrently and loudly
reindex (concurrently, verbose) table articles;
--- reindex a table into a tablespace
reindex (tablespace archive) table articles;
--- reindex a schema
reindex schema public;
--- reindex a schema concurrently
reindex schema concurrently public;
--- reindex a partitioned table
create index readings_device on readings (device);
--- when
reindex table readings;
--- reindex a table without rows
reindex table drafts;
--- an index and a constraint from it, in one file
create unique index concurrently articles_slug on articles (slug);
alter table articles add constraint articles_slug_key unique using index articles_slug;
--- the statistics of a new expression index
create index concurrently articles_lower on articles (lower(slug));
analyze articles;
