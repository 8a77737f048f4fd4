alter table shop.items drop column "größe";
