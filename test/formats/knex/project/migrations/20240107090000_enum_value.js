export const config = { transaction: false };
export async function up(knex) {
  await knex.raw("alter type order_status add value if not exists 'sent'");
  await knex("orders").update({ status: "sent" }).where({ status: "new" });
}
export async function down() {
  // A value of an enum cannot be removed.
}
