export const up = (pgm) => {
  pgm.noTransaction();
  pgm.createIndex({ schema: "shop", name: "customers" }, "level", { concurrently: true });
  pgm.createIndex("orders", "total", { concurrently: true });
  pgm.sql("insert into shop.customers (email) values ({email}) -- the first", {
    email: pgm.func("'root@example.com'"),
  });
  pgm.sql("update {table} set level = 'gold' where email like 'root%'", {
    table: { schema: "shop", name: "customers" },
  });
};
