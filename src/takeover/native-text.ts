/** The text of a file of another tool as a file of our own format. */
import { Failure } from "../failures/failure.ts";
import { generatedFile } from "../migrations/generated-file.ts";
import type { MigrationFile } from "../migrations/migration.ts";
import { effectiveText } from "../sql/effective-text.ts";
import { parseFile } from "../sql/parse-file.ts";
import type { Parser } from "../sql/parser.ts";
import { decideTransaction } from "../sql/transaction-mode.ts";
import { decideUnits } from "../sql/transaction-units.ts";

/** What is written has to run on every supported server. */
const OLDEST = { serverVersion: 140_000 };

const DIRECTIVE = "-- lockstep:transaction statement\n";

/**
 * A file that runs in several transactions gets the directive for that, and loses its own BEGIN and
 * COMMIT. Throws a Failure where our format cannot say the same.
 */
export async function nativeText(file: MigrationFile, parser: Parser): Promise<string> {
  const { path, bytes, reading = {} } = await generatedFile(file);
  const { range, rewrite, commands } = reading;
  const input = {
    path,
    bytes,
    ...(range && { range }),
    ...(rewrite && { rewrite }),
    ...(commands && { commands }),
  };
  const parsed = await parseFile({ ...input, parser, lenient: true });
  const { mode } = decideUnits(parsed, {
    eachAlone: reading.transaction === "statement",
    ...OLDEST,
  });
  const apart = mode === "statement" && parsed.directives.transaction === undefined;
  const text = effectiveText({
    ...input,
    ...(apart && { without: parsed.ownTransactionRanges ?? [] }),
  });
  const onlyAlone = apart && parsed.statements.every((one) => one.nonTransactional !== undefined);
  const native = withNewline((apart && !onlyAlone ? DIRECTIVE : "") + text.replace(/^\n+/, ""));
  await check(path, native, parser);
  return native;
}

/** What would be refused when it runs is refused now, with the place in the old file. */
async function check(path: string, text: string, parser: Parser): Promise<void> {
  const converted = await parseFile({ path, bytes: Buffer.from(text), parser });
  if (converted.opaque) return;
  try {
    decideTransaction(converted, OLDEST);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw error.with({
      state: "Nothing was written.",
      notes: [...error.notes, `\`${path}\` cannot be said in our own format as it is.`],
    });
  }
}

function withNewline(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed === "" ? "" : `${trimmed}\n`;
}
