import { Knex } from "knex";

const Column = { Phone: "phoneNumber" } as const;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable("customers", (table) => {
    table.string(Column.Phone, 40).nullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("customers", (table) => table.dropColumn(Column.Phone));
}
