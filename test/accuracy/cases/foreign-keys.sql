Foreign keys.

--- setup
create table authors (id bigint primary key, name text, region text not null, unique (region, id));
insert into authors select g, 'n' || g, 'r' from generate_series(1, 300) g;
create table books (id bigint primary key, author_id bigint, region text, sequel_of bigint, "editorId" bigint);
insert into books select g, g, 'r', g, g from generate_series(1, 300) g;
create schema shop;
create table shop.books (id bigint primary key, author_id bigint);
insert into shop.books select g, g from generate_series(1, 300) g;

--- valid
alter table books add constraint books_author_fk foreign key (author_id) references authors (id);
--- without a name
alter table books add foreign key (author_id) references authors;
--- not valid
alter table books add constraint books_author_fk foreign key (author_id) references authors (id) not valid;
--- not valid and its validation in one file
alter table books add constraint books_author_fk foreign key (author_id) references authors (id) not valid;
alter table books validate constraint books_author_fk;
--- validation
alter table books add constraint books_author_fk foreign key (author_id) references authors (id) not valid;
--- when
alter table books validate constraint books_author_fk;
--- validation after a lock on the other table
alter table books add constraint books_author_fk foreign key (author_id) references authors (id) not valid;
--- when
alter table authors add column note text;
alter table books validate constraint books_author_fk;
--- validation together with a dropped default
alter table books add constraint books_author_fk foreign key (author_id) references authors (id) not valid;
--- when
alter table books validate constraint books_author_fk, alter column region drop default;
--- composite
alter table books add foreign key (region, author_id) references authors (region, id);
--- composite not valid
alter table books add foreign key (region, author_id) references authors (region, id) not valid;
--- to itself
alter table books add foreign key (sequel_of) references books (id);
--- to itself not valid
alter table books add foreign key (sequel_of) references books (id) not valid;
--- deferrable
alter table books add foreign key (author_id) references authors deferrable initially deferred;
--- with actions
alter table books add foreign key (author_id) references authors on delete set null on update cascade;
--- match full
alter table books add foreign key (region, author_id) references authors (region, id) match full;
--- not enforced
alter table books add constraint f foreign key (author_id) references authors not enforced;
--- not enforced becomes enforced
alter table books add constraint f foreign key (author_id) references authors not enforced;
--- when
alter table books alter constraint f enforced;
--- enforced becomes not enforced
alter table books add constraint f foreign key (author_id) references authors;
--- when
alter table books alter constraint f not enforced;
--- two in one statement
alter table books add foreign key (author_id) references authors, add foreign key ("editorId") references authors;
--- one valid and one not
alter table books add foreign key (author_id) references authors not valid, add foreign key ("editorId") references authors;
--- of a schema-qualified table
alter table shop.books add constraint shop_fk foreign key (author_id) references public.authors (id);
--- of a schema-qualified table not valid
alter table shop.books add constraint shop_fk foreign key (author_id) references public.authors (id) not valid;
--- of a table of the same file
create table reviews (id bigint primary key, book_id bigint);
alter table reviews add foreign key (book_id) references books;
--- of a filled table of the same file
create table reviews as select id, id as book_id from books;
alter table reviews add constraint reviews_book_fk foreign key (book_id) references books;
--- inside of CREATE TABLE
create table reviews (id bigserial primary key, book_id bigint not null references books (id) on delete cascade);
--- inside of CREATE TABLE at the end
create table reviews (id bigint generated always as identity primary key, book_id bigint not null, constraint reviews_book_fk foreign key (book_id) references books (id));
--- to a table of the same file
create table publishers (id bigint primary key);
alter table books add column publisher_id bigint references publishers;
--- to a table of the same file for a column that exists
create table editors (id bigint primary key);
insert into editors select id from books;
alter table books add constraint editor_fk foreign key ("editorId") references editors (id);
--- for a column of the same file
alter table books add column reviewer_id bigint;
alter table books add constraint reviewer_fk foreign key (reviewer_id) references authors;
--- is dropped
alter table books add constraint books_author_fk foreign key (author_id) references authors;
--- when
alter table books drop constraint books_author_fk;
--- is replaced
alter table books add constraint books_author_fk foreign key (author_id) references authors;
--- when
alter table books drop constraint books_author_fk, add constraint books_author_fk foreign key (author_id) references authors on delete cascade;
--- is replaced without validation
alter table books add constraint books_author_fk foreign key (author_id) references authors;
--- when
alter table books drop constraint books_author_fk;
alter table books add constraint books_author_fk foreign key (author_id) references authors on delete cascade not valid;
--- to a partitioned table
create table days (id bigint, at date not null, primary key (id, at)) partition by range (at);
create table days_2024 partition of days for values from ('2024-01-01') to ('2025-01-01');
insert into days select g, '2024-03-03' from generate_series(1, 300) g;
create table visits (id bigint primary key, day_id bigint, at date);
insert into visits select g, g, '2024-03-03' from generate_series(1, 300) g;
--- when
alter table visits add constraint visits_day_fk foreign key (day_id, at) references days (id, at);
--- to a partitioned table not valid
create table days (id bigint, at date not null, primary key (id, at)) partition by range (at);
create table days_2024 partition of days for values from ('2024-01-01') to ('2025-01-01');
insert into days select g, '2024-03-03' from generate_series(1, 300) g;
create table visits (id bigint primary key, day_id bigint, at date);
insert into visits select g, g, '2024-03-03' from generate_series(1, 300) g;
--- when
alter table visits add constraint visits_day_fk foreign key (day_id, at) references days (id, at) not valid;
--- of a partitioned table
create table sales (id bigint, author_id bigint) partition by hash (id);
create table sales_0 partition of sales for values with (modulus 2, remainder 0);
create table sales_1 partition of sales for values with (modulus 2, remainder 1);
insert into sales select g, g from generate_series(1, 300) g;
--- when
alter table sales add constraint sales_author_fk foreign key (author_id) references authors;
--- of a partitioned table not valid
create table sales (id bigint, author_id bigint) partition by hash (id);
create table sales_0 partition of sales for values with (modulus 2, remainder 0);
create table sales_1 partition of sales for values with (modulus 2, remainder 1);
insert into sales select g, g from generate_series(1, 300) g;
--- when
alter table sales add constraint sales_author_fk foreign key (author_id) references authors not valid;
--- of a partitioned table, one partition after the other
create table sales (id bigint, author_id bigint) partition by hash (id);
create table sales_0 partition of sales for values with (modulus 2, remainder 0);
create table sales_1 partition of sales for values with (modulus 2, remainder 1);
insert into sales select g, g from generate_series(1, 300) g;
--- when
alter table sales_0 add constraint sales_author_fk foreign key (author_id) references authors not valid;
--- temporal
create table stays (room int4range, during daterange, primary key (room, during without overlaps));
create table guests (id bigint, room int4range, during daterange);
insert into stays select int4range(g, g + 1), daterange('2020-01-01', '2020-01-05') from generate_series(1, 300) g;
insert into guests select g, int4range(g, g + 1), daterange('2020-01-01', '2020-01-02') from generate_series(1, 300) g;
--- when
alter table guests add foreign key (room, period during) references stays (room, period during);
--- Rails
ALTER TABLE "books" ADD CONSTRAINT "fk_rails_53d51ce16a" FOREIGN KEY ("author_id") REFERENCES "authors" ("id");
--- Rails without validation
ALTER TABLE "books" ADD CONSTRAINT "fk_rails_53d51ce16a" FOREIGN KEY ("author_id") REFERENCES "authors" ("id") NOT VALID;
--- Rails reference
ALTER TABLE "books" ADD "publisher_id" bigint;
ALTER TABLE "books" ADD CONSTRAINT "fk_rails_1" FOREIGN KEY ("publisher_id") REFERENCES "authors" ("id");
--- Django
ALTER TABLE "books" ADD COLUMN "owner_id" bigint NULL CONSTRAINT "books_owner_id_fk" REFERENCES "authors"("id") DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "books_owner_id_fk" IMMEDIATE;
--- Django adds a key and an index
CREATE TABLE "reviews" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "book_id" bigint NOT NULL);
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_book_id_fk" FOREIGN KEY ("book_id") REFERENCES "books" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "reviews_book_id" ON "reviews" ("book_id");
--- Prisma
-- AddForeignKey
ALTER TABLE "books" ADD CONSTRAINT "books_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "authors"("id") ON DELETE SET NULL ON UPDATE CASCADE;
--- Prisma with a new table
-- CreateTable
CREATE TABLE "Review" (
    "id" SERIAL NOT NULL,
    "bookId" BIGINT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Review_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Review_bookId_key" ON "Review"("bookId");

-- AddForeignKey
ALTER TABLE "Review" ADD CONSTRAINT "Review_bookId_fkey" FOREIGN KEY ("bookId") REFERENCES "books"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
--- Drizzle
ALTER TABLE "books" ADD CONSTRAINT "books_author_id_authors_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."authors"("id") ON DELETE no action ON UPDATE no action;
--- index and key together
create index books_author_idx on books (author_id);
alter table books add constraint books_author_fk foreign key (author_id) references authors not valid;
