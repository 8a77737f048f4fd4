/** `trace` for people: step by step, who waits behind what, and for how long that would be. */
import type { WorkKind } from "../../locks/lock-facts.ts";
import type {
  Budget,
  HeldLock,
  MarkedFinding,
  Prediction,
  Range,
  TracedFile,
  TracedLock,
  TracedStatement,
  TracedStep,
  TracedWork,
  TraceResult,
} from "../../trace/result.ts";
import type { Paint } from "./paint.ts";
import { renderColumns } from "./table.ts";
import { oneLine } from "./width.ts";
import { count, formatDuration, whoWaits } from "./words.ts";

export function renderTrace(result: TraceResult, paint: Paint): string[] {
  const head = renderSandbox(result, paint);
  if (result.files.length === 0) return [...head, "Nothing to trace."];
  return [
    ...head,
    ...result.files.flatMap((file) => ["", ...renderFile(file, paint)]),
    "",
    ...renderEnd(result, paint),
  ];
}

/** Where it was tried, and what is different there. */
export function renderSandbox(result: TraceResult, paint: Paint): string[] {
  const { server, history, missingExtensions } = result;
  const cached =
    history.cached === 0
      ? ""
      : history.cached === history.migrations
        ? ", all of it kept from before"
        : `, ${history.cached} kept from before`;
  const replayed = `history of ${count(history.migrations, "migration")}${cached}`;
  return [
    paint.dim(`PostgreSQL ${server} in a sandbox, ${replayed}`),
    ...result.warnings.map((warning) => `${paint.yellow("!")} ${oneLine(warning)}`),
    ...missingExtensions.map(
      (name) =>
        `${paint.yellow("!")} The sandbox lacks the extension \`${oneLine(name)}\`: what needs it is not traced.`,
    ),
    ...history.leftOut.map(
      ({ migration, line, reason }) =>
        `${paint.yellow("!")} Left out of the history: ${oneLine(migration)}, line ${line}: ${oneLine(reason)}`,
    ),
    ...(history.roles.length === 0
      ? []
      : [paint.dim(`Roles made for the sandbox: ${history.roles.map(oneLine).join(", ")}`)]),
  ];
}

function renderFile(file: TracedFile, paint: Paint): string[] {
  return [
    `${paint.bold(oneLine(file.id))} ${paint.dim(file.file)}`,
    ...file.warnings.map((warning) => `  ${paint.yellow("!")} ${oneLine(warning)}`),
    ...(file.untraced === undefined
      ? []
      : [`  ${paint.yellow("not traced:")} ${oneLine(file.untraced)}`]),
    ...file.steps.flatMap((step) => [
      `  ${paint.cyan(STEP_TITLES[step.transaction])}${paint.dim(`, ${formatDuration(step.durationMs)} here`)}`,
      ...renderStep(step, paint).map((line) => `  ${paint.dim("│")} ${line}`),
    ]),
    ...renderMarks(file, paint),
  ];
}

const STEP_TITLES: Record<TracedStep["transaction"], string> = {
  file: "one transaction",
  statement: "a transaction of its own",
  none: "outside a transaction",
  module: "a module, one transaction",
};

/** What a step did, without its title. */
export function renderStep(step: TracedStep, paint: Paint): string[] {
  return [
    ...step.statements.flatMap((statement) => renderStatement(statement, paint)),
    ...renderHeld(step, paint),
    ...(step.prediction ?? []).flatMap((prediction) => renderPrediction(prediction, paint)),
  ];
}

function renderStatement(statement: TracedStatement, paint: Paint): string[] {
  const { line, summary, outcome, reason, locks, work, proofs, changed } = statement;
  const head = `${paint.dim(`line ${line}`)}  ${oneLine(summary)}`;
  if (outcome !== "traced") {
    const word = outcome === "failed" ? paint.red("failed:") : paint.yellow("not traced:");
    return [head, `    ${word} ${oneLine(reason ?? "")}`];
  }
  const shown = locks.filter(isShown);
  return [
    head,
    ...renderColumns(shown.map((lock) => lockCells(lock, paint))).map((cells) => `    ${cells}`),
    ...work
      .filter(({ isNew }) => !isNew)
      .map((one) => `    ${paint.yellow("▲")} ${describeWork(one)}`),
    ...proofs.map((proof) => `    ${paint.green("✓")} ${oneLine(proof)}`),
    ...changedLine(changed).map((text) => `    ${paint.dim(text)}`),
  ];
}

/** Reading and new relations keep nobody waiting; indexes are locked with their tables. */
function isShown({ isNew, kind, mode }: TracedLock): boolean {
  if (isNew || mode === "ACCESS SHARE") return false;
  return kind !== "index" && kind !== "sequence" && kind !== "composite type";
}

function lockCells(lock: TracedLock, paint: Paint): string[] {
  const seen =
    lock.seen === "held" ? "" : lock.seen === "waited-for" ? "" : paint.dim(" (as measured)");
  return [coloured(lock, paint), oneLine(lock.relation), `${whoWaits(lock.mode)}${seen}`];
}

function coloured(
  { mode, blocksReads, blocksWrites }: Pick<HeldLock, "mode" | "blocksReads" | "blocksWrites">,
  paint: Paint,
): string {
  if (blocksReads) return paint.red(mode);
  return blocksWrites ? paint.yellow(mode) : mode;
}

function describeWork({ kind, relation, index, mode }: TracedWork): string {
  const under = mode === null ? "" : `, under ${mode}`;
  const which = index === undefined ? "" : ` (${oneLine(index)})`;
  return `${WORK_WORDS[kind]} ${oneLine(relation)}${which}${under}`;
}

const WORK_WORDS: Record<WorkKind, string> = {
  rewrite: "rewrites",
  scan: "reads all of",
  "index-build": "builds an index on",
  "fk-validation": "validates a foreign key on",
};

function changedLine({ created, dropped, altered }: TracedStatement["changed"]): string[] {
  const parts = [
    ["creates", created],
    ["drops", dropped],
    ["alters", altered],
  ] as const;
  const said = parts
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => {
      const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
      return `${verb} ${names.slice(0, 5).map(oneLine).join(", ")}${more}`;
    });
  return said.length === 0 ? [] : [said.join("; ")];
}

function renderHeld({ statements, held, transaction }: TracedStep, paint: Paint): string[] {
  const blocking = held.filter(({ blocksWrites }) => blocksWrites);
  // Of a single statement it would be the same once more.
  if (blocking.length === 0 || statements.length < 2 || transaction === "none") return [];
  const lineOf = (ordinal: number): number =>
    statements.find((statement) => statement.ordinal === ordinal)?.line ?? 1;
  const rows = blocking.map((lock) => [
    coloured(lock, paint),
    oneLine(lock.relation),
    `from line ${lineOf(lock.blocksSince ?? lock.since)}: ${whoWaits(lock.mode)}`,
  ]);
  return [paint.dim("held until commit"), ...renderColumns(rows).map((row) => `    ${row}`)];
}

function renderPrediction(prediction: Prediction, paint: Paint): string[] {
  const { relation, mode, held, waits, unknown } = prediction;
  const blocked = `${mode} on ${oneLine(relation)}`;
  if (held === null) {
    return [`${paint.yellow("in production")}  ${blocked}: not known, ${unknown.join("; ")}`];
  }
  const waiting = [
    ...(waits.reads ? [meanwhile(waits.readsMeanwhile, "read")] : []),
    ...(waits.writes ? [meanwhile(waits.writesMeanwhile, "write")] : []),
  ];
  return [
    `${paint.bold("in production")}  ${blocked} for ${describeRange(held)}; ${waiting.join(" and ")} wait`,
    ...unknown.map((reason) => `    ${paint.dim(`not counted: ${oneLine(reason)}`)}`),
  ];
}

function describeRange({ lowMs, expectedMs, highMs }: Range): string {
  return `about ${formatDuration(expectedMs)} (${formatDuration(lowMs)} to ${formatDuration(highMs)})`;
}

function meanwhile(number: number | null, word: string): string {
  if (number === null) return `${word}s`;
  if (number > 0 && number < 1) return `less than one ${word}`;
  return count(Math.round(number), word);
}

function renderMarks({ findings, onlyByTrace }: TracedFile, paint: Paint): string[] {
  const rows = [
    ...findings.map((finding) => [verdictWord(finding, paint), finding.rule, lineWord(finding)]),
    ...onlyByTrace.map(({ line, kind, relation, mode }) => [
      paint.yellow("only by trace"),
      kind,
      `line ${line}: ${WORK_WORDS[kind]} ${oneLine(relation)} under ${mode}`,
    ]),
  ];
  return renderColumns(rows).map((row) => `  ${row}`);
}

function verdictWord({ verdict }: MarkedFinding, paint: Paint): string {
  if (verdict === "confirmed") return paint.red("confirmed");
  return verdict === "refuted" ? paint.green("refuted") : paint.dim("not traced");
}

function lineWord({ line, message }: MarkedFinding): string {
  return `line ${line}: ${oneLine(message)}`;
}

/** For `plan --trace`: what was seen of a planned step. A module may have taken several. */
export function renderUnderStep(
  { files }: TraceResult,
  id: string,
  at: number,
  paint: Paint,
): string[] {
  const file = files.find((one) => one.id === id);
  if (file === undefined) return [];
  if (file.untraced !== undefined) {
    return at > 0 ? [] : [`${paint.yellow("not traced:")} ${oneLine(file.untraced)}`];
  }
  const isModule = file.steps.some(({ transaction }) => transaction === "module");
  const steps = isModule ? file.steps : file.steps.slice(at, at + 1);
  const marks = at === 0 ? renderMarks(file, paint).map((line) => line.trimStart()) : [];
  return [
    ...steps.flatMap((step) => [
      paint.dim(`in the sandbox, ${formatDuration(step.durationMs)}`),
      ...renderStep(step, paint).map((line) => `  ${line}`),
    ]),
    ...marks,
  ];
}

/** The last lines: what it comes to. */
export function renderEnd({ files, failure, budget }: TraceResult, paint: Paint): string[] {
  const steps = files.flatMap((file) => file.steps);
  const statements = steps.flatMap((step) => step.statements);
  const untraced =
    statements.filter(({ outcome }) => outcome === "untraced").length +
    files.filter((file) => file.untraced !== undefined).length;
  const blocking = steps.filter(({ held }) => held.some(({ blocksWrites }) => blocksWrites)).length;
  const summary = [
    `${count(files.length, "migration")} traced in ${count(steps.length, "step")}`,
    blocking === 0 ? "nobody's writes wait" : `writes wait in ${blocking}`,
    ...(untraced === 0 ? [] : [paint.yellow(`${untraced} not traced`)]),
  ];
  return [
    paint.bold(`${summary.join(", ")}.`),
    ...(failure
      ? [`${paint.red("✗")} ${oneLine(failure.what)}`, `  ${oneLine(failure.action)}`]
      : []),
    ...(budget ? renderBudget(budget, paint) : []),
  ];
}

function renderBudget(budget: Budget, paint: Paint): string[] {
  const { longestTransactionMs, calibratedBy, maxBlockMs, exceeded } = budget;
  const basis =
    calibratedBy === 0
      ? "Predicted from rates of another machine: no recorded duration says how fast production is."
      : `Predicted from rates that ${count(calibratedBy, "recorded duration")} of production calibrated.`;
  const open =
    longestTransactionMs === null
      ? []
      : [
          paint.dim(
            `The longest open transaction was ${formatDuration(longestTransactionMs)} old: a lock may have to wait for such a one.`,
          ),
        ];
  if (maxBlockMs === undefined) return [paint.dim(basis), ...open];
  const limit = formatDuration(maxBlockMs);
  return [
    paint.dim(basis),
    ...open,
    ...(exceeded.length === 0
      ? [`No step is expected to make others wait for more than ${limit}.`]
      : exceeded.map(
          ({ id, step, relation, expectedMs, overMs }) =>
            `${paint.red("✗")} ${oneLine(id)}, step ${step}: ${oneLine(relation)} is blocked for about ${formatDuration(expectedMs)}, ${formatDuration(overMs)} more than the ${limit} of --max-block.`,
        )),
  ];
}
