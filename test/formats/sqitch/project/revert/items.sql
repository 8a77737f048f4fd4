drop table shop.items;
