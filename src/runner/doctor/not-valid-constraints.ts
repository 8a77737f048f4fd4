/** Constraints added NOT VALID and never validated: old rows may break them, the planner ignores them. */
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import { ok, type Check } from "./check.ts";
import { be, count, listed, statements } from "./wording.ts";

// A constraint that is NOT ENFORCED (new in 18) is not validated either, and cannot be. Inherited
// ones are left out: validating the parent's does them too.
const NOT_VALID = (enforced: string): string => `
  select n.nspname as schema, t.relname as table, k.conname as name
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class t on t.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
  where not k.convalidated and k.coninhcount = 0 and k.conparentid = 0 ${enforced}
  order by 1, 2, 3`;

export const notValidConstraints: Check = {
  id: "not-valid-constraints",
  title: "Constraints not validated",
  async look({ session, facts }) {
    const rows = await session.query(
      NOT_VALID(facts.version >= 180_000 ? "and k.conenforced" : ""),
    );
    if (rows.length === 0) return ok("Every constraint is validated.");
    const names = rows.map((row) => `\`${row["name"]}\` on \`${row["schema"]}.${row["table"]}\``);
    const validate = rows.map((row) => {
      const table = qualified(row["schema"] ?? "", row["table"] ?? "");
      return `alter table ${table} validate constraint ${quoteIdent(row["name"] ?? "")}`;
    });
    return {
      status: "warn",
      message: `${count(rows.length, "constraint")} ${be(rows.length)} NOT VALID: ${listed(names)}.`,
      action: `Validate, which lets reads and writes go on: ${statements(validate)}`,
    };
  },
};
