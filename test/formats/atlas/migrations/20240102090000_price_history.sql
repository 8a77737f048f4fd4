-- atlas:delimiter \n\n\n

create table price_history (
  product_id bigint not null references products,
  cents integer not null,
  changed_at timestamptz not null default now()
)


create function note_price() returns trigger language plpgsql as $body$
begin
  -- A semicolon; and an empty pair of lines below.


  insert into price_history (product_id, cents) values (new.id, new.price_cents);
  return new;
end;
$body$


create trigger note_price after insert or update of price_cents on products
  for each row execute function note_price();
