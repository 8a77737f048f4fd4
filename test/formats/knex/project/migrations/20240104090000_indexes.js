export const config = { transaction: false };

export async function up(knex) {
  await knex.raw("CREATE INDEX CONCURRENTLY orders_total ON orders (total)");
  await knex.raw("CREATE INDEX CONCURRENTLY ?? ON orders (status) WHERE status = 'new'", [
    "ordersStatus",
  ]);
}

export async function down(knex) {
  await knex.schema.raw("DROP INDEX CONCURRENTLY orders_total");
  await knex.schema.raw("DROP INDEX CONCURRENTLY orders_status");
}
