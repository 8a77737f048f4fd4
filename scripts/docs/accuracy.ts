/**
 * docs/accuracy.md: how often lint is right about long work, measured on statements that its rules
 * were not written from; and for each statement of the lock facts, what lint says of it.
 */
import { CATALOGUE, type CatalogueEntry, FIXTURE } from "../../src/locks/catalogue.ts";
import { loadLockFacts } from "../../src/locks/locks-of-statement.ts";
import type { LockFacts, WorkKind } from "../../src/locks/lock-facts.ts";
import { compare, type Figures, GOAL, shareText } from "../../test/accuracy/compare.ts";
import { readFirstLook } from "../../test/accuracy/first-look.ts";
import { CASE_SETS, type CaseSet, readCases } from "../../test/accuracy/read-cases.ts";
import { readSquawk } from "../../test/accuracy/squawk-file.ts";
import { readTruth } from "../../test/accuracy/truth-file.ts";
import { lintCase, type Verdict } from "../../test/accuracy/verdict.ts";
import { pageHead, table } from "./markdown.ts";

const VERSION = 18;

const INTRODUCTION = `How often \`lockstep lint\` is right when it says that a statement does long work on a table that
the application uses, while a lock keeps others from writing to it: a rewrite, a scan, an index that is
built, or a foreign key that is validated.

There are two sets of statements. The first is in \`test/accuracy/cases\`. It was written from what PostgreSQL can do and from what
migrations of Rails, Django, Prisma, Drizzle and others look like, before there was a rule to look at.
Since then, what lint got wrong there has been used to make it better: its figures say how lint does on
statements that its makers know, and are better than those on statements that nobody has seen.

The second is in \`test/accuracy/unseen\`. It was written when lint was done, without a look at its rules: the
forms of DDL as PostgreSQL's documentation lists them, and plain migrations as projects and their tools
write them. *First look* is what lint said when it was compared with this set for the first
time (\`test/accuracy/unseen.json\`, which stays as it is); *today* is what it says now, which the set may
have taught it. Some of its tables have no rows, which no file can tell of production: a scan or an index
that is announced there counts as wrong, and a rewrite as right.

What is true of each statement is measured on a real server of each major version: its messages of level
\`debug1\`, the files of its tables, the rows that it reads, and the locks that the session holds then; the
session is in UTC, as those of the runner are. The measured truth is in \`test/accuracy/truth.json\` and \`unseen-truth.json\`; \`npm run accuracy:measure\` writes
them.`;

const TERMS = `*Precision*: of the statements that are reported, how many really do long work. *Recall*: of those that
do, how many are reported. What the server refuses counts for nothing.`;

export async function renderAccuracyPage(): Promise<string> {
  const facts = await loadLockFacts(VERSION);
  const known = await figuresOf("cases");
  const unseen = await figuresOf("unseen");
  const newest = { cases: figuresAt(known, VERSION), unseen: figuresAt(unseen, VERSION) };
  return [
    pageHead("Accuracy of lint"),
    INTRODUCTION,
    TERMS,
    table(FIGURES_HEAD, [
      ...ownRows("first, today", known),
      squawkRow(),
      ...ownRows("second, first look", readFirstLook()),
      ...ownRows("second, today", unseen),
    ]),
    shortOfGoal(newest),
    notRight(newest),
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
  "Set",
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

const SET_NAMES: Readonly<Record<CaseSet, string>> = { cases: "first", unseen: "second" };

type ByMajor = ReadonlyMap<number, Figures>;

function ownRows(name: string, figures: ByMajor): string[][] {
  return [...figures]
    .toSorted(([a], [b]) => b - a)
    .map(([major, one]) => [name, "lockstep", String(major), ...cells(one)]);
}

function squawkRow(): string[] {
  const { squawk, version, cases } = readSquawk();
  const verdicts = new Map(Object.entries(cases).map(([id, { positive }]) => [id, positive]));
  const figures = compare(readTruth("cases").get(version) ?? new Map(), verdicts);
  return [SET_NAMES.cases, `Squawk ${squawk}`, String(version), ...cells(figures)];
}

async function figuresOf(set: CaseSet): Promise<ByMajor> {
  const figures = new Map<number, Figures>();
  for (const [major, truth] of readTruth(set)) {
    const verdicts = new Map<string, boolean>();
    for (const one of readCases(set)) verdicts.set(one.id, (await lintCase(one, major)).positive);
    figures.set(major, compare(truth, verdicts));
  }
  return figures;
}

function figuresAt(figures: ByMajor, major: number): Figures {
  const one = figures.get(major);
  if (one === undefined) throw new Error(`nothing is measured on PostgreSQL ${major}`);
  return one;
}

type BySet = Readonly<Record<CaseSet, Figures>>;

/** The tests hold lint to what it has reached; the page says where that is less than the goal. */
function shortOfGoal(figures: BySet): string {
  const goal = `The goal is a precision of ${shareText(GOAL.precision)} and a recall of ${shareText(GOAL.recall)}`;
  const short = CASE_SETS.flatMap((set) => [
    ...(figures[set].precision < GOAL.precision ? [`precision on the ${SET_NAMES[set]} set`] : []),
    ...(figures[set].recall < GOAL.recall ? [`recall on the ${SET_NAMES[set]} set`] : []),
  ]);
  return short.length === 0
    ? `${goal}; both sets reach it today on PostgreSQL ${VERSION}.`
    : `${goal}. Today lint is short of it on PostgreSQL ${VERSION}: ${short.join(", ")}.`;
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
function notRight(figures: BySet): string {
  const rows: string[][] = [];
  for (const set of CASE_SETS) {
    const { missed, wrong } = figures[set];
    const sql = new Map(readCases(set).map((one) => [one.id, one.sql]));
    const row = (id: string, how: string): string[] => [
      SET_NAMES[set],
      id,
      how,
      shortCode(sql.get(id) ?? ""),
    ];
    rows.push(...missed.map((id) => row(id, "missed")));
    rows.push(...wrong.map((id) => row(id, "reported without work")));
  }
  if (rows.length === 0) return `On PostgreSQL ${VERSION} no verdict is wrong.`;
  return [
    `Where lint is wrong on PostgreSQL ${VERSION}:`,
    table(["Set", "Case", "", "Migration"], rows),
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
