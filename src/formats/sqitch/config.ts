/** What `sqitch.conf` says about folders, script names and variables; the rest is not ours. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface SqitchConfig {
  /** Undefined: there is no file. */
  readonly path?: string;
  /** Where the paths in it begin, and psql's `\i`: where sqitch is run. */
  readonly base: string;
  readonly engine: string;
  readonly registry: string;
  readonly planFile: string;
  readonly topDir: string;
  readonly extension: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The folder of the scripts of a kind; of changes that have been reworked since, or not. */
  scripts(kind: "deploy" | "revert", reworked: boolean): string;
}

/** How far above the folder of the plan its `sqitch.conf` is looked for. */
const LEVELS = 4;

/** That of the folder itself, or of one above it that says that its plan is here. */
export function findConfig(root: string, env: NodeJS.ProcessEnv): SqitchConfig {
  const own = load(root, env);
  if (own) return own;
  let base = root;
  for (let level = 0; level < LEVELS; level++) {
    base = dirname(base);
    const above = load(base, env);
    if (above && dirname(above.planFile) === root) return above;
  }
  return configOf(root, new Map(), env);
}

function load(base: string, env: NodeJS.ProcessEnv): SqitchConfig | undefined {
  const path = join(base, "sqitch.conf");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  return { ...configOf(base, parse(text), env), path };
}

function configOf(
  base: string,
  values: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv,
): SqitchConfig {
  const coreEngine = values.get("core.engine")?.trim();
  const target =
    env["SQITCH_TARGET"] ||
    values.get("core.target") ||
    (coreEngine && values.get(`engine.${coreEngine}.target`)) ||
    "";
  const uri = target.includes(":") ? target : values.get(`target.${target}.uri`);
  const engine = canonical(/^(?:db:)?([a-z]+):/i.exec(uri ?? "")?.[1] ?? coreEngine ?? "pg");
  const sections = [`target.${target}`, `engine.${engine}`, "core"];
  const get = (key: string): string | undefined =>
    sections.map((section) => values.get(`${section}.${key}`)).find(Boolean);
  const variables: Record<string, string> = {};
  for (const section of [`engine.${engine}.variables.`, `target.${target}.variables.`]) {
    for (const [key, value] of values) {
      if (key.startsWith(section)) variables[key.slice(section.length)] = value;
    }
  }
  const topDir = resolve(base, get("top_dir") ?? ".");
  const reworkedDir = get("reworked_dir");
  return {
    base,
    engine,
    registry: get("registry") ?? "sqitch",
    topDir,
    planFile: resolve(base, get("plan_file") ?? join(topDir, "sqitch.plan")),
    extension: get("extension") ?? "sql",
    variables,
    scripts(kind, reworked) {
      if (!reworked) return resolve(base, get(`${kind}_dir`) ?? join(topDir, kind));
      const above = reworkedDir === undefined ? topDir : resolve(base, reworkedDir);
      return resolve(base, get(`reworked_${kind}_dir`) ?? join(above, kind));
    },
  };
}

function canonical(engine: string): string {
  return /^(?:postgres(?:ql)?|pgxc)$/i.test(engine) ? "pg" : engine.toLowerCase();
}

/**
 * Git's form of configuration. Section and key are found whatever their case; a variable keeps its
 * own, because psql tells them apart.
 */
function parse(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = "";
  const joined = text.replaceAll(/\\\r?\n/g, "");
  for (const line of joined.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]\s"]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*(.*)$/.exec(line);
    let rest = line;
    if (header) {
      const [, name = "", sub, after = ""] = header;
      section = sub === undefined ? name : `${name}.${sub.replaceAll(/\\(.)/g, "$1")}`;
      rest = after;
    }
    const entry = /^\s*([\w.-]+)\s*(?:=\s*(.*))?$/.exec(rest);
    if (!entry) continue;
    const [, key = "", value = "true"] = entry;
    const name = section.endsWith(".variables") ? key : key.toLowerCase();
    values.set(`${section}.${name}`, unquote(value));
  }
  return values;
}

/** Quotes are taken off, escapes replaced, and what follows `#` or `;` outside of quotes is cut off. */
function unquote(written: string): string {
  let value = "";
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < written.length; at++) {
    const char = written[at]!;
    if (char === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (char === "\\" && at + 1 < written.length) {
      const next = written[++at]!;
      value += { n: "\n", t: "\t", b: "\b" }[next] ?? next;
      kept = value.length;
    } else if (!quoted && (char === "#" || char === ";")) break;
    else {
      value += char;
      if (quoted || !/\s/.test(char)) kept = value.length;
    }
  }
  return value.slice(0, kept);
}
