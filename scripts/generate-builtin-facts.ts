/**
 * The text of src/locks/facts/builtins.json, from the catalogs of servers of several versions: the
 * volatility of the functions of pg_catalog, and which types have the same bytes as which others.
 */
import type { Builtins, Volatility } from "../src/locks/builtins.ts";
import { Session } from "../src/postgres/session.ts";

export interface BuiltinFacts {
  readonly functions: ReadonlyMap<string, Volatility>;
  readonly overloaded: readonly string[];
  /** `from to`. */
  readonly casts: readonly string[];
}

const VOLATILITY = { v: "volatile", s: "stable", i: "immutable" } as const;

// Of several functions with one name the most volatile: `v` sorts behind `s`, `s` behind `i`. What
// takes or returns `internal` cannot be called from SQL.
const FUNCTIONS = `
select p.proname::text as name, pg_catalog.max(p.provolatile::text collate "C") as volatility,
  pg_catalog.min(p.provolatile::text collate "C") as least
from pg_catalog.pg_proc p
where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
  and p.prokind in ('f', 'w')
  and p.prorettype <> 'internal'::pg_catalog.regtype
  and 'internal'::pg_catalog.regtype <> all (p.proargtypes)
group by 1
order by p.proname::text collate "C"`;

// By the names of pg_type, which are those that the grammar writes: int4, not integer.
const CASTS = `
select s.typname || ' ' || t.typname as pair
from pg_catalog.pg_cast c
join pg_catalog.pg_type s on s.oid = c.castsource
join pg_catalog.pg_type t on t.oid = c.casttarget
where c.castmethod = 'b'
order by s.typname::text || t.typname::text collate "C"`;

export async function readBuiltins(url: string): Promise<BuiltinFacts> {
  const session = await Session.openHost(
    { connectionString: url },
    { connectTimeoutMs: 20_000 },
    { applicationName: "builtin facts" },
  );
  try {
    const functions = await session.query(FUNCTIONS);
    const casts = await session.query(CASTS);
    return {
      functions: new Map(
        functions.map(({ name, volatility }) => [
          name ?? "",
          VOLATILITY[(volatility ?? "v") as keyof typeof VOLATILITY],
        ]),
      ),
      overloaded: functions.flatMap(({ name, volatility, least }) =>
        least === volatility ? [] : (name ?? []),
      ),
      casts: casts.map(({ pair }) => pair ?? ""),
    };
  } finally {
    await session.close();
  }
}

/** What all versions agree on is in the lists; each of the others is written out by version. */
export function builtinsText(versions: ReadonlyMap<number, BuiltinFacts>): string {
  const lists: Record<Volatility, string[]> = { volatile: [], stable: [], immutable: [] };
  const differing: Record<string, Record<number, Volatility>> = {};
  const all = [...versions.values()];
  const names = new Set(all.flatMap(({ functions }) => [...functions.keys()]));
  for (const name of [...names].toSorted()) {
    const seen = all.map(({ functions }) => functions.get(name));
    const [first] = seen;
    if (first !== undefined && seen.every((one) => one === first)) lists[first].push(name);
    else {
      differing[name] = Object.fromEntries(
        [...versions].flatMap(([major, { functions }]) => {
          const volatility = functions.get(name);
          return volatility === undefined ? [] : [[major, volatility]];
        }),
      );
    }
  }
  const facts: Builtins = {
    volatile: lists.volatile.join(" "),
    stable: lists.stable.join(" "),
    immutable: lists.immutable.join(" "),
    differing,
    overloaded: [...new Set(all.flatMap((one) => one.overloaded))].toSorted().join(" "),
    // No version took one of them away.
    binaryCasts: [...new Set(all.flatMap(({ casts }) => casts))].toSorted(),
  };
  const lines = Object.entries(facts).map((entry) =>
    entry.map((part) => JSON.stringify(part)).join(":"),
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}
