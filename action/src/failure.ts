/** What a failure says on a line of a file, in the summary, and as an output. */
import { posix } from "node:path";
import { fenced } from "./markdown.ts";
import type { Ran } from "./lockstep.ts";
import { command, errorAt, type Write } from "./workflow.ts";

/** As docs/events.md describes it. */
export interface Failure {
  readonly class: string;
  readonly exitCode: number;
  readonly what: string;
  readonly state: string;
  readonly action: string;
  readonly notes?: readonly string[];
  readonly location?: { readonly file: string; readonly line: number; readonly column: number };
}

/** GitHub shows ten errors of a step and drops the others without a word. */
const MOST_ANNOTATIONS = 10;

/** The failure that a command ended with before it had anything else to say. */
export function failureIn(stdout: string): Failure | undefined {
  const failures = stdout.split("\n").flatMap((line) => {
    if (!line.includes('"failure"')) return [];
    const event: { readonly failure?: Failure } | undefined = objectIn(line);
    return event?.failure ?? [];
  });
  return failures.at(-1);
}

/** A line of JSON; undefined for what is none, and for one that a kill has cut short. */
export function objectIn(line: string): object | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    return JSON.parse(line) as object;
  } catch {
    return undefined;
  }
}

/** A command that says no failure is one that could not even start, or a bug. */
export function failureOf(ran: Ran): Failure | undefined {
  const said = failureIn(ran.stdout);
  if (said !== undefined || ran.code === 0) return said;
  return {
    class: ran.code === 64 ? "usage" : "bug",
    exitCode: ran.code,
    what: ran.stderr.trim().split("\n")[0] || `lockstep ends with ${ran.code}`,
    state: "",
    action: "The log of this step has all that was said.",
  };
}

/** `below`: the working directory in the repository, which files are named from. */
export function annotate(write: Write, failures: readonly Failure[], below: string): void {
  const shown = failures.length > MOST_ANNOTATIONS ? MOST_ANNOTATIONS - 1 : failures.length;
  for (const failure of failures.slice(0, shown)) {
    const title = `Lockstep: ${failure.class}`;
    const { location } = failure;
    const message = sentences(failure).join("\n");
    if (location === undefined || location.file.startsWith("/")) {
      write(command("error", `${title}: ${message}`));
    } else {
      const file = posix.join(below, location.file);
      write(errorAt({ file, line: location.line, col: location.column }, title, message));
    }
  }
  const hidden = failures.length - shown;
  if (hidden > 0) write(command("error", `And ${hidden} more; the summary of the job has all.`));
}

/** As a block of text, because names out of files are no Markdown. */
export function failureMarkdown(failure: Failure): string {
  const { location } = failure;
  const where = location === undefined ? [] : [`at ${location.file}:${location.line}`];
  const text = [...where, ...sentences(failure)].join("\n");
  return `**${failure.class}** (exit ${failure.exitCode})\n\n${fenced(text)}`;
}

function sentences({ what, notes = [], state, action }: Failure): string[] {
  return [
    what,
    ...notes,
    ...(state === "" ? [] : [`State now: ${state}`]),
    ...(action === "" ? [] : [`What to do: ${action}`]),
  ];
}
