exports.up = async (knex) => {
  const updated = await knex("customers")
    .update({ extras: { vip: true } })
    .where("nickName", "Ann");
  const { rows, rowCount } = await knex.raw("select ?::int + 1 as sum", [41]);
  const question = await knex("customers").whereRaw("extras \\? 'vip'").count("* as n").first();
  await knex.schema.createTable("counts", (table) => {
    table.integer("updated");
    table.integer("sum");
    table.integer("rowCount");
    table.integer("vips");
  });
  await knex("counts").insert({ updated, sum: rows[0].sum, rowCount, vips: question.n });
};

exports.down = (knex) => knex.schema.dropTable("counts");
