/** @type {import('node-pg-migrate').ColumnDefinitions} */
export const shorthands = {
  id: { type: "bigint", primaryKey: true, sequenceGenerated: { precedence: "ALWAYS" } },
  moment: { type: "timestamptz", notNull: true, default: { literal: true, value: "now()" } },
  created: "moment",
};

/** @param pgm {import('node-pg-migrate').MigrationBuilder} */
export const up = (pgm) => {
  const customers = { schema: "shop", name: "customers" };
  pgm.createTable(
    customers,
    {
      id: "id",
      email: { type: "varchar(200)", notNull: true, unique: true, comment: "Zoë's address" },
      level: { type: "shop.level", notNull: true, default: "basic" },
      tags: { type: "string", array: true, default: ["new", 'the "best"'] },
      createdAt: { type: "created" },
    },
    {
      comment: "Who buys; 'everybody'",
      constraints: { check: ["position('@' in email) > 1", "length(email) < 200"] },
    },
  );
  pgm.addConstraint(customers, "customers_tags_few", { check: "cardinality(tags) < 10" });
};
