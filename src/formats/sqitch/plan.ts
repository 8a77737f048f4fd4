/**
 * The grammar of `sqitch.plan`, and the ids that follow from it. An id is a hash over everything
 * that the plan says about a change and over the id of the change before it, so that it is the same
 * here and in sqitch only when every character is read in the same way.
 */
import { createHash } from "node:crypto";
import type { Problems } from "../../migrations/problems.ts";
import { canonicalUri } from "./uri.ts";

export interface Dependency {
  readonly conflict: boolean;
  /** Only where it is another one than the plan's. */
  readonly project?: string;
  /** As sqitch writes it down: `users`, `users@v1`, `@v1`, `other:users`, or an id. */
  readonly text: string;
  readonly change?: string;
  readonly tag?: string;
  readonly changeId?: string;
}

interface Signed {
  readonly name: string;
  readonly line: number;
  /** As written: `2024-01-31T10:00:00Z`. */
  readonly plannedAt: string;
  readonly plannerName: string;
  readonly plannerEmail: string;
  readonly note: string;
}

export interface PlanTag extends Signed {
  readonly id: string;
}

export interface PlanChange extends Signed {
  readonly id: string;
  readonly project: string;
  readonly uri: string | undefined;
  /** Its place in the plan. */
  readonly index: number;
  /** 1, or the how many-th change of this name it is. */
  readonly instance: number;
  readonly dependencies: readonly Dependency[];
  readonly tags: PlanTag[];
  /** The tags under which its scripts may be kept since it was reworked; empty: it was not. */
  reworkTags: readonly string[];
  /** Of its dependencies on this project: the changes that they name. */
  readonly resolved: ReadonlyMap<Dependency, PlanChange>;
}

export interface Plan {
  readonly project: string;
  readonly changes: readonly PlanChange[];
}

const BLANK = "[\\t\\p{Zs}]";
const PUNCT = "[-!\"#$%&'()*+,./:;<=>?@\\[\\\\\\]^`{|}~]";
const WORD = "[\\p{L}\\p{N}\\p{M}_]";
const NAME = `(?!${PUNCT})(?:(?![~/=%^][0-9]+(?:$|${BLANK}))[^\\t\\p{Zs}:@#\\\\])+(?<!${PUNCT})(?<=${WORD})(?!${WORD})`;
const NOTE = new RegExp(`${BLANK}*(?:#${BLANK}*([^]*))?$`, "u");
const LINE = new RegExp(
  `^${BLANK}*(?:(@)|${BLANK}*([+-])${BLANK}*)?(${NAME})(?:${BLANK}+)?` +
    `(?:\\[([^\\]]+)\\]${BLANK}*)?` +
    `(?:([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)${BLANK}*)?` +
    `(?:([^<]+)${BLANK}+<([^>]+)>)?$`,
  "u",
);
const PRAGMA = new RegExp(`^${BLANK}*%${BLANK}*([^\\s=]+?)(?:${BLANK}*=${BLANK}*(.+))?$`, "u");
const EMPTY = new RegExp(`^${BLANK}*(?:#|$)`, "u");
const SPACES = new RegExp(`${BLANK}+`, "u");
const PROJECT = new RegExp(`^${NAME}$`, "u");
const DEPENDENCY = new RegExp(
  `^(!?)(?:(${NAME}):)?(?:([0-9a-f]{40})|(${NAME})(?:@(${NAME}))?|@(${NAME}))$`,
  "u",
);

/** Undefined when the plan has no project; other mistakes are problems of their lines. */
export function parsePlan(text: string, path: string, problems: Problems): Plan | undefined {
  return new PlanReader(path, problems).read(text.replace(/^\uFEFF/, "").split(/\r?\n/));
}

class PlanReader {
  readonly #path: string;
  readonly #problems: Problems;
  readonly #changes: PlanChange[] = [];
  /** The line of each change since the last tag, and of each tag. */
  readonly #section = new Map<string, number>();
  readonly #tags = new Map<string, { readonly line: number; readonly change: PlanChange }>();
  readonly #named = new Map<string, PlanChange[]>();
  #project = "";
  #uri: string | undefined;

  constructor(path: string, problems: Problems) {
    this.#path = path;
    this.#problems = problems;
  }

  read(lines: readonly string[]): Plan | undefined {
    const body = this.#readPragmas(lines);
    if (this.#project === "") {
      this.#problem(1, "has no `%project`", "Write `%project=name` into its first lines.");
      return undefined;
    }
    for (let at = body; at < lines.length; at++) {
      const line = lines[at]!;
      if (isBlank(line)) continue;
      const [content, note] = splitNote(line);
      const match = LINE.exec(content);
      if (match) this.#readEntry(match, note, at + 1);
      else {
        this.#problem(
          at + 1,
          "is neither a change nor a tag in sqitch's form",
          "Write `name [dependencies] 2024-01-31T10:00:00Z Planner <planner@example.com> # note`.",
        );
      }
    }
    this.#checkDependencies();
    return { project: this.#project, changes: this.#changes };
  }

  /** The index of the first line after them: an empty line ends them. */
  #readPragmas(lines: readonly string[]): number {
    for (const [at, line] of lines.entries()) {
      if (isBlank(line)) {
        if (/#/.test(line)) continue;
        return at + 1;
      }
      const [, name, value = ""] = PRAGMA.exec(splitNote(line)[0]) ?? [];
      if (name === undefined) {
        this.#problem(
          at + 1,
          "is not a pragma",
          "Put an empty line between the pragmas and the first change.",
        );
        return at;
      }
      if (name === "project") {
        if (PROJECT.test(value)) this.#project = value;
        else
          this.#problem(
            at + 1,
            `names the project \`${value}\`, which is not a name`,
            "Correct it.",
          );
      } else if (name === "uri" && value !== "") this.#uri = value;
    }
    return lines.length;
  }

  #readEntry(match: RegExpExecArray, note: string, line: number): void {
    const [, at, operator, name = "", dependencies, plannedAt, plannerName, plannerEmail] = match;
    if (plannedAt === undefined || plannerName === undefined || plannerEmail === undefined) {
      this.#problem(
        line,
        plannedAt === undefined ? "has no time" : "has no planner",
        "Write `2024-01-31T10:00:00Z Planner <planner@example.com>` behind the name.",
      );
      return;
    }
    const bad = this.#badName(name, plannedAt, operator);
    if (bad !== undefined) {
      this.#problem(line, bad, "Correct the line.");
      return;
    }
    const signed = { name, line, plannedAt, plannerName, plannerEmail, note };
    if (at !== undefined) this.#readTag(signed, dependencies !== undefined);
    else this.#readChange(signed, dependencies);
  }

  #badName(name: string, plannedAt: string, operator: string | undefined): string | undefined {
    if (name === "ROOT" || name === "HEAD") return `has the reserved name \`${name}\``;
    if (/^[0-9a-f]{40}/.test(name)) return "has a name that looks like an id";
    if (operator === "-") return "begins with `-`, a form that sqitch never came to use";
    if (Number.isNaN(Date.parse(plannedAt))) return `has a time that does not exist: ${plannedAt}`;
    return undefined;
  }

  #readTag(signed: Signed, hasDependencies: boolean): void {
    const { name, line } = signed;
    const change = this.#changes.at(-1);
    const before = this.#tags.get(name);
    const what =
      change === undefined
        ? `has the tag \`@${name}\` before any change`
        : before !== undefined
          ? `repeats the tag \`@${name}\` of line ${before.line}`
          : name.includes("/")
            ? `has a tag with a slash, \`@${name}\``
            : hasDependencies
              ? `gives dependencies to the tag \`@${name}\``
              : undefined;
    if (what !== undefined || change === undefined) {
      this.#problem(line, what!, "Correct the line.");
      return;
    }
    const info = [
      ...this.#projectInfo(),
      `tag @${name}`,
      `change ${change.id}`,
      ...signatureInfo(signed),
    ];
    change.tags.push({ ...signed, id: idOf("tag", [...info, ...noteInfo(signed)]) });
    this.#tags.set(name, { line, change });
    this.#section.clear();
  }

  #readChange(signed: Signed, written: string | undefined): void {
    const { name, line } = signed;
    const before = this.#section.get(name);
    if (before !== undefined) {
      this.#problem(
        line,
        `repeats the change \`${name}\` of line ${before} without a tag between them`,
        "Give it another name, or put a tag between them, as `sqitch rework` asks for.",
        "file.duplicate",
      );
      return;
    }
    const dependencies = this.#readDependencies(written, line);
    const list = (conflict: boolean, head: string, sign: string): string[] => {
      const texts = dependencies.filter((one) => one.conflict === conflict);
      return texts.length === 0 ? [] : [head, ...texts.map(({ text }) => `  ${sign} ${text}`)];
    };
    const parent = this.#changes.at(-1);
    const info = [
      ...this.#projectInfo(),
      `change ${name}`,
      ...(parent ? [`parent ${parent.id}`] : []),
      ...signatureInfo(signed),
      ...list(false, "requires", "+"),
      ...list(true, "conflicts", "-"),
      ...noteInfo(signed),
    ];
    const instances = this.#named.get(name) ?? [];
    const earlier = instances.at(-1);
    if (earlier) {
      // The tags since then, the newest first: one of them is in the name of its scripts.
      const since = this.#changes.slice(earlier.index).toReversed();
      earlier.reworkTags = since.flatMap(({ tags }) => tags.map((tag) => tag.name));
    }
    const change: PlanChange = {
      ...signed,
      id: idOf("change", info),
      project: this.#project,
      uri: this.#uri,
      index: this.#changes.length,
      instance: instances.length + 1,
      dependencies,
      tags: [],
      reworkTags: [],
      resolved: new Map(),
    };
    this.#named.set(name, [...instances, change]);
    this.#section.set(name, line);
    this.#changes.push(change);
  }

  #readDependencies(written: string | undefined, line: number): Dependency[] {
    const words = written?.split(SPACES).filter(Boolean) ?? [];
    const found: Dependency[] = [];
    for (const word of words) {
      const match = DEPENDENCY.exec(word);
      if (match === null) {
        this.#problem(line, `has \`${word}\`, which is not a dependency`, "Correct the line.");
        continue;
      }
      if (words.indexOf(word) !== words.lastIndexOf(word)) {
        this.#problem(line, `has the dependency \`${word}\` twice`, "Remove one of them.");
        return found;
      }
      const [, conflict, project, changeId, change, changeTag, onlyTag] = match;
      const tag = changeTag ?? onlyTag;
      const other = project !== undefined && project !== this.#project ? project : undefined;
      const text = changeId ?? `${change ?? ""}${tag === undefined ? "" : `@${tag}`}`;
      found.push({
        conflict: conflict === "!",
        text: other === undefined ? text : `${other}:${text}`,
        ...(other !== undefined && { project: other }),
        ...(change !== undefined && { change }),
        ...(tag !== undefined && { tag }),
        ...(changeId !== undefined && { changeId }),
      });
    }
    return found;
  }

  #checkDependencies(): void {
    for (const change of this.#changes) {
      for (const dependency of change.dependencies) {
        if (dependency.project !== undefined) continue;
        const target = this.#find(dependency);
        // An id that the plan does not have is one of another project.
        if (target === undefined && dependency.changeId !== undefined) continue;
        if (target !== undefined) {
          (change.resolved as Map<Dependency, PlanChange>).set(dependency, target);
        }
        this.#checkDependency(change, dependency, target);
      }
    }
  }

  #checkDependency(
    change: PlanChange,
    { conflict, text, tag }: Dependency,
    target: PlanChange | undefined,
  ): void {
    const { line, index, name } = change;
    if (target === undefined) {
      const verb = conflict ? "conflicts with" : "requires";
      this.#problem(
        line,
        `says that \`${name}\` ${verb} \`${text}\`, which the plan does not have`,
        "Correct the name, or add what is missing to the plan.",
      );
      return;
    }
    const tagLine = tag === undefined ? 0 : this.#tags.get(tag)!.line;
    const isBefore = target.index < index && tagLine < line;
    if (conflict && isBefore) {
      this.#problem(
        line,
        `says that \`${name}\` conflicts with \`${text}\`, which comes before it`,
        "Remove one of them from the plan, or the conflict.",
      );
    } else if (!conflict && !isBefore) {
      this.#problem(
        line,
        `says that \`${name}\` requires \`${text}\`, which does not come before it`,
        `Move \`${name}\` below \`${text}\`, if neither is applied anywhere yet.`,
      );
    }
  }

  /** As sqitch looks a name up: the first change of that name, or the last one up to a tag. */
  #find({ change, tag, changeId }: Dependency): PlanChange | undefined {
    if (changeId !== undefined) return this.#changes.find(({ id }) => id === changeId);
    const tagged = tag === undefined ? undefined : this.#tags.get(tag)?.change;
    if (change === undefined) return tagged;
    const instances = this.#named.get(change) ?? [];
    if (tag === undefined) return instances[0];
    return tagged && instances.findLast(({ index }) => index <= tagged.index);
  }

  #projectInfo(): string[] {
    const uri = this.#uri === undefined ? [] : [`uri ${canonicalUri(this.#uri)}`];
    return [`project ${this.#project}`, ...uri];
  }

  #problem(
    line: number,
    what: string,
    action: string,
    kind: "file.invalid" | "file.duplicate" = "file.invalid",
  ): void {
    const location = { file: this.#path, line, column: 1 };
    this.#problems.addFile(kind, this.#path, `\`${this.#path}\`, line ${line}, ${what}.`, action, {
      location,
    });
  }
}

function isBlank(line: string): boolean {
  return EMPTY.test(line);
}

/** The line without its note, and the note with its escapes replaced. */
function splitNote(line: string): [content: string, note: string] {
  const match = NOTE.exec(line)!;
  const written = (match[1] ?? "").trim();
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", "\\": "\\" };
  const note = written.replaceAll(/\\([\\nr])/g, (_, char: string) => escapes[char]!);
  return [line.slice(0, match.index), note];
}

function signatureInfo({ plannerName, plannerEmail, plannedAt }: Signed): string[] {
  return [`planner ${plannerName} <${plannerEmail}>`, `date ${plannedAt}`];
}

function noteInfo({ note }: Signed): string[] {
  // To Perl, "0" is as false as an empty text.
  return note === "" || note === "0" ? [] : ["", note];
}

/** As git names an object: kind, length in bytes, a zero byte, and the content. */
function idOf(kind: "change" | "tag", info: readonly string[]): string {
  const content = Buffer.from(info.join("\n"));
  return createHash("sha1").update(`${kind} ${content.length}\0`).update(content).digest("hex");
}
