/**
 * docs/accuracy.md: how often lint is right about long work, measured on statements that its rules
 * were not written from; and for each statement of the lock facts, what lint says of it.
 */
import { CATALOGUE, type CatalogueEntry, FIXTURE } from "../../src/locks/catalogue.ts";
import { loadLockFacts } from "../../src/locks/locks-of-statement.ts";
import type { LockFacts, WorkKind } from "../../src/locks/lock-facts.ts";
import { compare, type Figures, shareText } from "../../test/accuracy/compare.ts";
import { readCases } from "../../test/accuracy/read-cases.ts";
import { readSquawk } from "../../test/accuracy/squawk-file.ts";
import { readTruth } from "../../test/accuracy/truth-file.ts";
import { lintCase, type Verdict } from "../../test/accuracy/verdict.ts";
import { pageHead, table } from "./markdown.ts";

const VERSION = 18;

const INTRODUCTION = `How often \`lockstep lint\` is right when it says that a statement does long work on a table that
the application uses, while a lock keeps others from writing to it: a rewrite, a scan, an index that is
built, or a foreign key that is validated.

The statements are in \`test/accuracy/cases\`. They were written from what PostgreSQL can do and from what
migrations of Rails, Django, Prisma, Drizzle and others look like, before there was a rule to look at.
Since then, what lint got wrong there has been used to make it better: the figures say how lint does on
statements that its makers know, and are better than those on statements that nobody has seen. What is
true of each is measured on a real server of each major version: its messages of level \`debug1\`, the files
of its tables, the rows that it reads, and the locks that the session holds then. The measured truth is
\`test/accuracy/truth.json\`; \`npm run accuracy:measure\` writes it.`;

const TERMS = `*Precision*: of the statements that are reported, how many really do long work. *Recall*: of those that
do, how many are reported. What the server refuses counts for nothing.`;

export async function renderAccuracyPage(): Promise<string> {
  const facts = await loadLockFacts(VERSION);
  return [
    pageHead("Accuracy of lint"),
    INTRODUCTION,
    TERMS,
    table(FIGURES_HEAD, [...(await ownRows()), squawkRow()]),
    await notRight(),
    squawkText(),
    "## Statement by statement",
    `Each statement whose locks are measured ([locks.md](locks.md)), with the tables of the measurement
filled, on PostgreSQL ${VERSION}: the work that the server does, and what lint reports. The same statement
stands there more than once where its work depends on what the catalog holds.`,
    table(["Statement", "What the server does", "What lint reports"], await shapeRows(facts)),
    "",
  ].join("\n\n");
}

const FIGURES_HEAD = [
  "Linter",
  "PostgreSQL",
  "Statements",
  "with long work",
  "found",
  "missed",
  "reported without work",
  "Precision",
  "Recall",
];

async function ownRows(): Promise<string[][]> {
  const rows: string[][] = [];
  for (const major of [...readTruth().keys()].toSorted((a, b) => b - a)) {
    rows.push(["lockstep", String(major), ...cells(await ownFigures(major))]);
  }
  return rows;
}

function squawkRow(): string[] {
  const { squawk, version, cases } = readSquawk();
  const verdicts = new Map(Object.entries(cases).map(([id, { positive }]) => [id, positive]));
  const figures = compare(readTruth().get(version) ?? new Map(), verdicts);
  return [`Squawk ${squawk}`, String(version), ...cells(figures)];
}

async function ownFigures(major: number): Promise<Figures> {
  const verdicts = new Map<string, boolean>();
  for (const one of readCases()) verdicts.set(one.id, (await lintCase(one, major)).positive);
  return compare(readTruth().get(major) ?? new Map(), verdicts);
}

function cells({ found, missed, wrong, silent, precision, recall }: Figures): string[] {
  return [
    String(found + missed.length + wrong.length + silent),
    String(found + missed.length),
    String(found),
    String(missed.length),
    String(wrong.length),
    shareText(precision),
    shareText(recall),
  ];
}

/** Nobody should have to run the tests to see where lint is wrong. */
async function notRight(): Promise<string> {
  const { missed, wrong } = await ownFigures(VERSION);
  const sql = new Map(readCases().map((one) => [one.id, one.sql]));
  const rows = [
    ...missed.map((id) => [id, "missed", shortCode(sql.get(id) ?? "")]),
    ...wrong.map((id) => [id, "reported without work", shortCode(sql.get(id) ?? "")]),
  ];
  if (rows.length === 0) return `On PostgreSQL ${VERSION} no verdict is wrong.`;
  return [
    `Where lint is wrong on PostgreSQL ${VERSION}:`,
    table(["Case", "", "Migration"], rows),
  ].join("\n\n");
}

function squawkText(): string {
  const rules = Object.entries(readSquawk().longWork).map(
    ([rule, work]) => `\`${rule}\` (${work})`,
  );
  return `Squawk says nothing about long work as such. These of its rules count as a report of it: ${rules.join(", ")}. It gets the same history as an earlier file, the version of the server, and is told that each
file runs in a transaction, where it does.`;
}

async function shapeRows(facts: LockFacts): Promise<string[][]> {
  const rows: string[][] = [];
  for (const entry of CATALOGUE) {
    if ((entry.since ?? 0) > VERSION) continue;
    const verdict = await lintCase(
      { id: entry.id, history: historyOf(entry), sql: `${entry.statement};` },
      VERSION,
    );
    rows.push([shortCode(entry.statement), workText(entry, facts), reportText(verdict)]);
  }
  return rows;
}

function historyOf({ setup }: CatalogueEntry): string {
  return [...FIXTURE, ...(setup ?? [])].map((sql) => `${sql};`).join("\n");
}

function workText(entry: CatalogueEntry, facts: LockFacts): string {
  const { work = {} } = facts[
    entry.case === undefined ? entry.id : `${entry.id}:${entry.case}`
  ] ?? {
    locks: {},
  };
  const kinds = new Set<WorkKind>(Object.values(work).flat());
  const text = [...kinds].join(", ");
  const where = entry.case === undefined ? "" : ` (${entry.case.replaceAll("-", " ")})`;
  return `${text === "" ? "nothing long" : text}${where}`;
}

function reportText({ work, rules }: Verdict): string {
  if (rules.length === 0) return "nothing";
  const names = rules.map((rule) => `\`${rule}\``).join(", ");
  return work.length === 0 ? names : `${names}: ${work.join(", ")}`;
}

function shortCode(sql: string): string {
  const text = sql.replaceAll(/\s+/g, " ").replaceAll("`", "'").trim();
  return `\`${text.length > 120 ? `${text.slice(0, 119)}…` : text}\``;
}
