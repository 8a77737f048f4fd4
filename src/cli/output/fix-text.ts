/** What `lockstep lint --fix` says about each file: what was done, what it looks like, what is proved. */
import type { FixedFile, FixResult, Unfixed } from "../../fix/fix.ts";
import type { Paint } from "./paint.ts";

export interface FixTextOptions {
  readonly paint: Paint;
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** What is not proved is written, too. */
  readonly unproved: boolean;
  /** A database said what is applied. */
  readonly asked: boolean;
}

export function renderFix({ files, unfixed }: FixResult, options: FixTextOptions): string {
  const parts = files.map((file) => renderFile(file, options));
  if (unfixed.length > 0) parts.push(renderUnfixed(unfixed, options.paint));
  if (files.length > 0 && !options.asked) parts.push(UNASKED);
  return parts.length === 0 ? "Nothing to fix.\n\n" : `${parts.join("\n")}\n`;
}

const UNASKED =
  "No database was asked: a file that is applied somewhere must not be changed. With `--pending` only what is not applied is looked at.\n";

function renderFile(file: FixedFile, options: FixTextOptions): string {
  const { paint } = options;
  const { migration, before, files, titles, notes, proof } = file;
  const lines = [paint.bold(migration.up.path), ...titles.map((title) => `  ${title}`), ""];
  for (const written of files) {
    lines.push(`  ${paint.bold(written.path)}`);
    const old = files[0] === written ? before : "";
    lines.push(...difference(old, written.text, paint).map((line) => `    ${line}`), "");
  }
  lines.push(
    ...verdict(proof, options),
    ...[...notes, ...proof.notes].map((note) => `  note: ${note}`),
  );
  return `${lines.join("\n")}\n`;
}

function verdict({ proved, against }: FixedFile["proof"], options: FixTextOptions): string[] {
  const { paint, dryRun, unproved } = options;
  const fate = dryRun
    ? "Nothing is written (--dry-run)."
    : proved || unproved
      ? "Written."
      : "Not written.";
  if (proved) {
    const what = "the same catalog and rows on a sandbox, and no long work while writers wait";
    return [`  ${paint.green("proved")}: ${what}. ${fate}`];
  }
  return [
    `  ${paint.red("not proved")}. ${fate}`,
    ...against.slice(0, 10).map((line) => `    ${line}`),
    ...(against.length > 10 ? [`    and ${against.length - 10} more`] : []),
  ];
}

/** Lines that went and lines that came; what is at the beginning and end of both is left out. */
function difference(before: string, after: string, paint: Paint): string[] {
  const [left, right] = [before, after].map((text) => text.replace(/\r?\n$/, "").split(/\r?\n/));
  if (before === "") return right!.map((line) => paint.green(`+ ${line}`));
  let head = 0;
  while (head < left!.length && left![head] === right![head]) head++;
  let tail = 0;
  while (
    tail < Math.min(left!.length, right!.length) - head &&
    left!.at(-1 - tail) === right!.at(-1 - tail)
  ) {
    tail++;
  }
  return [
    ...left!.slice(head, left!.length - tail).map((line) => paint.red(`- ${line}`)),
    ...right!.slice(head, right!.length - tail).map((line) => paint.green(`+ ${line}`)),
  ];
}

function renderUnfixed(unfixed: readonly Unfixed[], paint: Paint): string {
  const lines = unfixed.map(
    ({ file, line, rule, reason }) =>
      `  ${file}:${line}${rule === "" ? "" : ` ${rule}`}: ${reason}.`,
  );
  return `${[paint.bold("Not fixed"), ...new Set(lines)].join("\n")}\n`;
}

/** What is written of it. */
export function toWrite(
  { files }: FixResult,
  { dryRun, unproved }: Pick<FixTextOptions, "dryRun" | "unproved">,
): readonly FixedFile[] {
  return dryRun ? [] : files.filter(({ proof }) => proof.proved || unproved);
}
