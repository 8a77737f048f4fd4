---- tern: disable-tx ----
alter type product_status add value 'sold out';
update products set status = 'sold out' where name like 'K%';
