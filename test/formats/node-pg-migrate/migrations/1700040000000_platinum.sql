-- Up Migration
alter type shop.level add value 'platinum';
update shop.customers set level = 'platinum' where email = 'root@example.com';
