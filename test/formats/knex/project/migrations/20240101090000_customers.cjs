exports.up = function (knex) {
  return knex.schema
    .createTable("customers", (table) => {
      table.increments();
      table.string("nickName").notNullable().unique();
      table.jsonb("extras").defaultTo("{}");
      table.timestamp("createdAt").defaultTo(knex.fn.now());
    })
    .then(() => knex("customers").insert([{ nickName: "Ann" }, { nickName: 'Zoë; "the first"' }]));
};

exports.down = (knex) => knex.schema.dropTable("customers");
