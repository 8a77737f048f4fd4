create table orders (
  id bigint generated always as identity primary key,
  reference text not null,
  placed_at timestamptz not null default now()
);

-- What the old shop had. One reference is there twice.
insert into orders (reference) values ('A-1'), ('A-2'), ('A-2');
