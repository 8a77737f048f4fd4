/**
 * From the plans of some statements of a file to the files that take its place. Pure. What stands
 * between them keeps its order and its bytes; what cannot run in one transaction is taken apart as
 * `lockstep split` does.
 */
import { Failure } from "../failures/failure.ts";
import { phaseOf } from "../migrations/phase.ts";
import { cutInto, groupMixed } from "../sql/split-mixed.ts";
import type { ParsedFile, Statement } from "../sql/statement.ts";
import { decideTransaction, isSessionNeutral } from "../sql/transaction-mode.ts";
import { phaseComment, type PlaceInPlan } from "./phase-comment.ts";
import type { Plan, PlannedFile } from "./recipe.ts";

export interface NewFile {
  /** Behind the name of the original; undefined: the original itself, changed. */
  readonly suffix: string | undefined;
  readonly language: "sql" | "ts";
  /** Without the comment that says the phase. */
  readonly text: string;
  readonly planned?: PlannedPlace;
  /** Old code must be gone before it runs, because it takes away what that uses, or comes behind. */
  readonly contract?: true;
}

/** A file of a plan, and where it stands in it. */
export interface PlannedPlace extends PlaceInPlan {
  readonly file: PlannedFile;
}

/** With the comment at its top, which allows what lint would say about it. */
export function textOf(file: NewFile, allow: readonly string[] = []): string {
  const { text, planned } = file;
  const comment =
    (planned === undefined ? "" : phaseComment(planned.file, planned, allow)) + directiveOf(file);
  return (text.includes("\r\n") ? comment.replaceAll("\n", "\r\n") : comment) + text;
}

/** Nothing where the author has said it already. */
function directiveOf({ contract, language, text }: NewFile): string {
  if (contract !== true) return "";
  const said = phaseOf({ up: { bytes: Buffer.from(text) } }).phase !== undefined;
  return said ? "" : `${language === "ts" ? "//" : "--"} lockstep:phase contract\n`;
}

/** What stands behind such a file in the same original stays behind it, whatever phase is applied. */
export function markContract(files: readonly NewFile[]): readonly NewFile[] {
  const first = files.findIndex(
    ({ planned }) => planned?.file.phase === "contract" && planned.file.deployBoundaryBefore,
  );
  if (first === -1) return files;
  return files.map((file, at) => (at < first ? file : { ...file, contract: true }));
}

interface Group {
  readonly statements: readonly Statement[];
  readonly plan?: Plan;
}

export function layOut(
  parsed: ParsedFile,
  plans: ReadonlyMap<number, Plan>,
  { serverVersion }: { readonly serverVersion: number },
): NewFile[] {
  const { bytes, statements } = parsed;
  if (plans.size === 0 && runsAsItIs(parsed, serverVersion)) {
    return [{ suffix: undefined, language: "sql", text: bytes.toString("utf8") }];
  }
  const groups = groupsOf(statements, plans, serverVersion);
  const texts = cutInto(
    parsed,
    bytes,
    groups.map((group) => group.statements),
  );
  const files: NewFile[] = [];
  let parts = 0;
  for (const [index, { statements: own, plan }] of groups.entries()) {
    const { head, body, again } = texts[index]!;
    if (plan !== undefined) {
      const lead = body.slice(0, body.indexOf(own[0]!.text));
      files.push(...planned(plan, { first: head + lead, again }, bytes));
    } else if (!own.every(isSessionNeutral)) {
      parts++;
      files.push({ suffix: `part_${parts}`, language: "sql", text: withNewline(head + body) });
    }
  }
  const [only] = files;
  if (files.length === 1 && only?.language === "sql") return [{ ...only, suffix: undefined }];
  return files;
}

function runsAsItIs(parsed: ParsedFile, serverVersion: number): boolean {
  try {
    decideTransaction(parsed, { serverVersion });
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function groupsOf(
  statements: readonly Statement[],
  plans: ReadonlyMap<number, Plan>,
  serverVersion: number,
): Group[] {
  const groups: Group[] = [];
  let run: Statement[] = [];
  const close = (): void => {
    groups.push(...groupMixed(run, { serverVersion }));
    run = [];
  };
  for (const statement of statements) {
    const plan = plans.get(statement.ordinal);
    if (plan === undefined) {
      run.push(statement);
      continue;
    }
    close();
    groups.push({ statements: [statement], plan });
  }
  close();
  return groups;
}

function planned(
  { files, of }: Plan,
  before: { readonly first: string; readonly again: string },
  bytes: Buffer,
): NewFile[] {
  const windows = bytes.includes("\r\n");
  return files.map((file, index) => {
    const lead = file.language === "ts" ? "" : index === 0 ? before.first : before.again;
    const written = lead.replace(/^\s*\n/, "") + file.text;
    return {
      suffix: `${file.phase}_${file.name}`,
      language: file.language,
      text: windows ? written.replaceAll(/\r?\n/g, "\r\n") : written,
      planned: { file, number: index + 1, count: files.length, of },
    };
  });
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
