drop table shop.log;
