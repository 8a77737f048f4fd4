export async function up(knex) {
  if (!(await knex.schema.hasTable("notes"))) {
    await knex.schema.createTable("notes", (table) => table.text("line"));
  }
  await knex.transaction(async (trx) => {
    await trx("notes").insert({ line: "kept" });
  });
  await knex
    .transaction(async (trx) => {
      await trx("notes").insert({ line: "taken back" });
      await trx.raw("select 1 / 0");
    })
    .catch(() => undefined);
}

export async function down(knex) {
  await knex.schema.dropTableIfExists("notes");
}
