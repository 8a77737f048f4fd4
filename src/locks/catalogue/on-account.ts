/** ALTER TABLE of `account` and of `event`, and who stands around them in the fixture. */
import type { CatalogueEntry } from "../catalogue.ts";

const AROUND_ACCOUNT = {
  target: "account",
  referenced: "org",
  referencing: "item",
  child: "account_vip",
  view: "account_notes",
} as const;

/** `name` is the sub-command's, with its case behind a colon. */
export function onAccount(
  name: string,
  command: string,
  setup?: readonly string[],
): CatalogueEntry {
  return {
    ...named("alter-table/" + name),
    statement: `alter table account ${command}`,
    targets: AROUND_ACCOUNT,
    ...(setup && { setup }),
  };
}

/** A sub-command on a partitioned table, which also reaches its partitions. */
export function onEvent(name: string, command: string, setup?: readonly string[]): CatalogueEntry {
  return {
    ...named(`alter-table/${name}:partitioned`),
    statement: `alter table event ${command}`,
    targets: {
      target: "event",
      child: "event_old",
      "default-partition": "event_default",
      referenced: "org",
    },
    ...(setup && { setup }),
  };
}

/** `shape:case` as the two fields of an entry. */
export function named(name: string): Pick<CatalogueEntry, "id" | "case"> {
  const [id = name, inCase] = name.split(":");
  return inCase === undefined ? { id } : { id, case: inCase };
}

/** For what only newer servers can do. */
export function since(major: number, entry: CatalogueEntry): CatalogueEntry {
  return { ...entry, since: major };
}
