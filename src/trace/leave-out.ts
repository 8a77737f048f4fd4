/** A migration without some of its statements, for a sandbox that cannot run them. Pure. */
import type { Migration } from "../migrations/migration.ts";
import type { Prepared, PreparedStatement } from "../runner/prepare.ts";

/**
 * The statements that stay are written out anew, because those of another tool's file may have been
 * made from a template. Their transaction stays what it was, or becomes one for each.
 */
export function withoutStatements(
  migration: Migration,
  prepared: Prepared,
  ordinals: ReadonlySet<number>,
): Migration {
  if (!("statements" in prepared)) return migration;
  const kept = prepared.statements.filter(({ ordinal }) => !ordinals.has(ordinal));
  const { role } = prepared.directives;
  const head = role === undefined ? [] : [`-- lockstep:role ${role}`];
  const bytes = Buffer.concat([Buffer.from([...head, ""].join("\n")), ...kept.flatMap(textOf)]);
  // Without its path: the text is no longer what is on disk, which is compared.
  const { reading: _reading, absolutePath: _absolutePath, ...file } = migration.up;
  return {
    ...migration,
    up: {
      ...file,
      bytes,
      ...(prepared.mode !== "file" && { reading: { transaction: "statement" as const } }),
    },
  };
}

function textOf({ text, copyData }: PreparedStatement): Buffer[] {
  const statement = Buffer.from(`${text};\n`);
  return copyData === undefined ? [statement] : [statement, copyData, Buffer.from("\\.\n")];
}
