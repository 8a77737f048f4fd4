ALTER TABLE customers ADD COLUMN "größe" int;
