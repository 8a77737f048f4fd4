drop table shop.mottos; comment on schema shop is null;
