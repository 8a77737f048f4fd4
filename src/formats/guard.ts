/**
 * Conditions that another tool asks before it runs a file, as a DO block in front of the SQL: it
 * runs in the same transaction, and what it raises keeps everything behind it from running.
 *
 * A condition is any query; the first column of its first row is the answer. It is read by way of
 * JSON, because PL/pgSQL cannot name a column by its place, and an `into` with one variable depends
 * on `plpgsql.extra_errors`. Verified on 14–18.
 */
import { quoteLiteral } from "../postgres/identifiers.ts";

export interface Condition {
  /** A query without its semicolon. */
  readonly sql: string;
  /** The answer as text; undefined: it must be true. */
  readonly expected?: string;
}

/** `raise`: the migration fails. `skip`: what is guarded does not run. `go`: it runs nevertheless. */
export type Outcome = "raise" | "skip" | "go";

export interface Guard {
  readonly conditions: readonly Condition[];
  /** How many of them must hold. */
  readonly needs: "all" | "one";
  readonly onFalse: Outcome;
  /** When a condition itself fails. */
  readonly onError: Outcome;
  /** How messages call a condition: `the check`. */
  readonly called: string;
  /** What runs only when it may, where one of the outcomes is `skip`. */
  readonly body?: string;
}

/** One statement with its semicolon. */
export function guardSql(guard: Guard): string {
  const { conditions, needs, onFalse, onError, body } = guard;
  const any = needs === "one";
  const ask = [
    // Nothing to hold: all of nothing do, one of nothing does not.
    `  held := ${any ? "false" : "true"};`,
    ...conditions.flatMap((condition) => [
      `  if ${any ? "not held" : "held"} then`,
      ...asked(condition, guard.called),
      "  end if;",
    ]),
  ];
  const caught =
    onError === "raise"
      ? ask
      : [
          "  begin",
          ...ask,
          "  exception when others then",
          `    failed := true; held := ${onError === "go"};`,
          "  end;",
        ];
  const text = [
    "declare",
    "  answer record; answers bigint; value text; reason text;",
    "  held boolean := true; failed boolean := false;",
    "begin",
    ...caught,
    ...(onFalse === "raise"
      ? [
          "  if not held and not failed then",
          "    raise exception using message = reason, hint = 'Nothing of this migration has run.';",
          "  end if;",
        ]
      : []),
    ...(onFalse === "go" ? ["  if not failed then held := true; end if;"] : []),
    ...(body === undefined
      ? []
      : ["  if held then", `    execute ${quoteDollar(body)};`, "  end if;"]),
    "end",
  ].join("\n");
  return `do ${quoteDollar(`\n${text}\n`)};`;
}

function asked({ sql, expected }: Condition, called: string): string[] {
  const accepted = expected === undefined ? ["true", "t", "1"] : [expected];
  // JSON writes a boolean as a word; drivers write it as PostgreSQL does.
  if (expected === "t") accepted.push("true");
  if (expected === "f") accepted.push("false");
  const shown = sql.replace(/\s+/g, " ").slice(0, 200);
  const wanted = expected ?? "true";
  const message = `${called} \`${shown}\` must return ${wanted}, and returned `;
  return [
    "    value := null;",
    `    execute ${quoteDollar(sql)} into answer;`,
    "    get diagnostics answers = row_count;",
    "    if answers > 0 then",
    "      value := (select e.value from pg_catalog.json_each_text(pg_catalog.row_to_json(answer)) e limit 1);",
    "    end if;",
    `    held := coalesce(value = any (array[${accepted.map(quoteLiteral).join(", ")}]::pg_catalog.text[]), false);`,
    "    if not held then",
    `      reason := ${quoteLiteral(message)} || case when answers = 0 then 'no row' else coalesce(value, 'null') end || '.';`,
    "    end if;",
  ];
}

/** Between dollar quotes that the text itself does not have. */
export function quoteDollar(text: string): string {
  for (let number = 0; ; number++) {
    const tag = `$lockstep${number === 0 ? "" : number}$`;
    // A text that ends in a part of the tag must not complete it.
    if (!`${text}${tag}`.slice(0, -1).includes(tag)) return `${tag}${text}${tag}`;
  }
}
