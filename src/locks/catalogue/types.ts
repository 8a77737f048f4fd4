/** Types: what a change of a domain, an enum or a composite type does to the tables that use it. */
import type { CatalogueEntry } from "../catalogue.ts";
import { named, since } from "./on-account.ts";

const USERS = { "table-of-type": "account", child: "account_vip" } as const;
const DOMAIN = "create domain amount as integer";
const USED = [DOMAIN, "alter table account add column added amount default 1"];
const UNCHECKED = "alter domain amount add constraint named check (value > 0) not valid";
const ENUM = [
  "create type mood as enum ('good')",
  "alter table account add column added mood default 'good'",
];
const COMPOSITE = "create type address as (street text, city text)";

export const TYPE_SHAPES: readonly CatalogueEntry[] = [
  domain("add-constraint:used", "add constraint named check (value > 0)"),
  domain("add-constraint:unused", "add constraint named check (value > 0)", [DOMAIN]),
  domain("add-constraint:not-valid", "add constraint named check (value > 0) not valid"),
  since(17, domain("add-constraint:not-null", "add constraint named not null")),
  domain("set-not-null:used", "set not null"),
  domain("set-not-null:unused", "set not null", [DOMAIN]),
  domain("validate-constraint:used", "validate constraint named", [...USED, UNCHECKED]),
  domain("validate-constraint:unused", "validate constraint named", [DOMAIN, UNCHECKED]),
  domain("drop-constraint", "drop constraint named", [...USED, UNCHECKED]),
  domain("drop-not-null", "drop not null"),
  domain("set-default", "set default 2"),
  domain("drop-default", "drop default"),
  {
    id: "alter-type/add-value",
    setup: ENUM,
    statement: "alter type mood add value 'bad'",
    targets: USERS,
  },
  {
    id: "alter-type/rename-value",
    setup: ENUM,
    statement: "alter type mood rename value 'good' to 'fine'",
    targets: USERS,
  },
  composite("add-attribute:unused", "add attribute added text"),
  composite("add-attribute:used", "add attribute added text", [
    COMPOSITE,
    "alter table account add column home address default row('a', 'b')::address",
  ]),
  composite("drop-attribute", "drop attribute street"),
  composite("alter-attribute", "alter attribute street type varchar"),
];

function domain(name: string, command: string, setup: readonly string[] = USED): CatalogueEntry {
  return {
    ...named(`alter-domain/${name}`),
    setup,
    statement: `alter domain amount ${command}`,
    targets: USERS,
  };
}

/** A composite type is a relation to the server; nobody reads from it, but it can be locked. */
function composite(
  name: string,
  command: string,
  setup: readonly string[] = [COMPOSITE],
): CatalogueEntry {
  return {
    ...named(`alter-type/${name}`),
    setup,
    statement: `alter type address ${command}`,
    targets: { target: "address", ...USERS },
  };
}
