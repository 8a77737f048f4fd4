import type { MigrationBuilder } from "node-pg-migrate";

export async function up(pgm: MigrationBuilder): Promise<void> {
  pgm.createTable("orders", {
    id: "id",
    customer: {
      type: "bigint",
      notNull: true,
      references: { schema: "shop", name: "customers" },
      onDelete: "CASCADE",
    },
    total: { type: "numeric(10,2)", notNull: true, check: "total >= 0" },
    placed: "created",
  });
  pgm.createIndex("orders", ["customer", { name: "placed", sort: "DESC" }]);
  pgm.createIndex("orders", "lower(total::text)", { name: "orders_total_text" });
  await Promise.resolve();
  pgm.createTable("order_lines", {
    order: { type: "bigint", primaryKey: true, references: "orders" },
    line: { type: "int", primaryKey: true },
    amount: { type: "int", notNull: true, default: 1 },
  });
}

export async function down(pgm: MigrationBuilder): Promise<void> {
  pgm.dropTable("order_lines");
  pgm.dropTable("orders");
}
