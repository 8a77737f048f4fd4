/** The second parameter is called when the migration is written. */
export function up(pgm, done) {
  pgm.alterColumn("orders", "total", { type: "numeric(12,2)", default: 0 });
  pgm.createView(
    "gold",
    { columns: ["email"] },
    "select email from shop.customers where level > 'basic'",
  );
  pgm.createMaterializedView(
    "totals",
    { data: true },
    "select customer, sum(total) from orders group by 1",
  );
  pgm.createType("address", { street: "text", number: "int" });
  pgm.renameColumn("orders", "placed", "placed_at");
  pgm.grantOnTables({ privileges: "SELECT", tables: "gold", roles: "PUBLIC" });
  setTimeout(() => done(), 1);
}
