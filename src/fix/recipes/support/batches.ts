/** Files that fill a column of the rows that are there, a thousand at a time. */
import { typeText } from "../../../catalog/find.ts";
import { quoteIdent } from "../../../postgres/identifiers.ts";
import { columnOf } from "../../../catalog/find.ts";
import type { PlannedFile } from "../../recipe.ts";
import type { TableNames } from "./alter-context.ts";

export interface Fill extends TableNames {
  readonly column: string;
  /** What the column is set to: SQL. */
  readonly value: string;
  /** Which rows are left to do: SQL. */
  readonly where: string;
}

/** Batched by the primary key; one statement where it has not exactly one column. */
export function backfill(fill: Fill): PlannedFile {
  const { table, relation, shown, column, value, where } = fill;
  const base = { phase: "backfill", name: "fill", deployBoundaryBefore: false } as const;
  const primary = table.constraints.find(({ kind }) => kind === "primary-key");
  const key = primary?.columns.length === 1 ? columnOf(table, primary.columns[0]) : undefined;
  const target = quoteIdent(column);
  if (key === undefined) {
    return {
      ...base,
      language: "sql",
      text: `-- ${shown} has no key of one column by which it could be done in batches: all rows that are\n-- written stay locked for writers until the end.\nupdate ${relation} set ${target} = ${value} where ${where};\n`,
    };
  }
  return {
    ...base,
    language: "ts",
    text: moduleText({
      relation,
      target,
      value,
      where,
      key: quoteIdent(key.name),
      type: typeText(key.type),
    }),
  };
}

interface ModuleParts {
  readonly relation: string;
  readonly target: string;
  readonly value: string;
  readonly where: string;
  readonly key: string;
  readonly type: string;
}

function moduleText({ relation, target, value, where, key, type }: ModuleParts): string {
  const sql = [
    "with batch as materialized (",
    `  select ${key} as key from ${relation}`,
    `  where ($1::text is null or ${key} > ($1::text)::${type})`,
    `  order by ${key} limit 1000`,
    "), filled as (",
    `  update ${relation} set ${target} = ${value}`,
    `  where ${key} in (select key from batch) and ${where}`,
    ")",
    "select key::text as last from batch order by key desc limit 1",
  ];
  return `import type { MigrationContext } from "lockstep";

export const transaction = false;

const FILL = ${templateLiteral(`\n${sql.map((line) => `  ${line}`).join("\n")}\n`)};

// Each round commits by itself, with the key at which the next one begins.
export async function up(db: MigrationContext): Promise<void> {
  const start: { after: string | null } = { after: null };
  await db.batch(start, async ({ after }, round) => {
    const [row] = await round.query<{ last: string }>(FILL, [after]);
    return row === undefined ? null : { after: row.last };
  });
}
`;
}

function templateLiteral(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`)}\``;
}
