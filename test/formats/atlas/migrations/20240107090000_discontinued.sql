alter type stock_state add value 'discontinued';
insert into products (title, price_cents, state) values ('Old tea', 0, 'discontinued');
