export async function up(knex) {
  await knex.schema.createTable("orders", (table) => {
    table.increments("id");
    table.integer("customerId").references("id").inTable("customers").onDelete("cascade");
    table.enu("status", ["new", "paid"], { useNative: true, enumName: "order_status" });
    table.decimal("total", 10, 2);
    table.index(["customerId"]);
  });
  const [{ id }] = await knex("customers").where({ nickName: "Ann" }).select("id");
  const inserted = await knex("orders")
    .insert({ customerId: id, status: "new", total: 12.5 })
    .returning("id");
  if (inserted.length !== 1) throw new Error("no order");
}

export async function down(knex) {
  await knex.schema.dropTable("orders");
  await knex.raw("drop type order_status");
}
