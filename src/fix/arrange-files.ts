/** From one file's plans to the files on the disk: their names, their order, what lint says of them. */
import { Failure } from "../failures/failure.ts";
import { lint, type LintFile, type LintOptions } from "../lint/lint.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { findSqlFile } from "../runner/split-source.ts";
import { namesBehind } from "../runner/version-room.ts";
import type { ParsedFile } from "../sql/statement.ts";
import { changedReading } from "./changed-reading.ts";
import { layOut, markContract, type NewFile, textOf } from "./lay-out.ts";
import { planFile, type PlannedChange } from "./plan-file.ts";
import { isRefusal, type Plan, refuse, type Refusal } from "./recipe.ts";

export interface WrittenFile {
  /** As shown to people. */
  readonly path: string;
  readonly text: string;
  readonly module: boolean;
  /** A recipe wrote it. */
  readonly planned: boolean;
}

export interface Replaced {
  readonly migration: Migration;
  readonly files: readonly WrittenFile[];
}

interface ArrangeOptions {
  readonly set: MigrationSet;
  readonly lint: LintOptions;
}

export interface Arranged {
  readonly files: readonly WrittenFile[];
  readonly titles: readonly string[];
  readonly plans: readonly Plan[];
  readonly notes: readonly string[];
}

/** The files, named, with the comments that they need. */
export async function arrangeFiles(
  migration: Migration,
  change: PlannedChange,
  options: ArrangeOptions,
): Promise<Arranged | Refusal> {
  const { parsed, bytes, titles } = change;
  const { set } = options;
  if (set.format !== "native" || parsed === undefined) {
    const alone = parsed?.statements.some((one) => one.nonTransactional !== undefined) === true;
    if (alone && set.format !== "native" && migration.up.reading?.transaction !== "statement") {
      return refuse(
        `CONCURRENTLY cannot run in a transaction, and the file needs the mark that ${set.format} has for that`,
      );
    }
    const file = { path: migration.up.path, module: false, planned: false };
    return { files: [{ ...file, text: bytes.toString("utf8") }], titles, plans: [], notes: [] };
  }
  const laid = await layOutParts(migration, { ...change, parsed }, options);
  if (isRefusal(laid)) return laid;
  if (laid.files.some(({ language }) => language === "ts") && setsNames(parsed)) {
    return refuse("the file sets a role or the search_path, and a backfill in TypeScript cannot");
  }
  const named = nameFiles(migration, laid.files, set);
  if (isRefusal(named)) return named;
  const files = await withAllowances(migration, laid.files, named.files, options);
  const arranged = withDown(migration, files);
  return isRefusal(arranged) ? arranged : { ...laid, ...arranged };
}

interface Laid {
  readonly files: readonly NewFile[];
  readonly titles: readonly string[];
  readonly plans: readonly Plan[];
}

/** Taking a file apart may show what could not be seen before, as behind a lock that was held. */
const MOST_ROUNDS = 3;

/** The author's own statements that stand between are looked at again, in files of their own. */
async function layOutParts(
  migration: Migration,
  change: PlannedChange & { readonly parsed: ParsedFile },
  options: ArrangeOptions,
): Promise<Laid | Refusal> {
  const serverVersion = options.lint.version * 10_000;
  let files: readonly NewFile[] = layOut(change.parsed, change.plans, { serverVersion });
  const titles = [...change.titles];
  const plans = [...change.plans.values()];
  for (let round = 0; round < MOST_ROUNDS && files.length > 1; round++) {
    if (migration.version === undefined) {
      return refuse("it would become several files, and a repeatable is one");
    }
    const named = nameFiles(migration, files, options.set);
    if (isRefusal(named)) return named;
    const replaced = replacing(options.lint, [{ migration, files: named.files }]);
    const next: NewFile[] = [];
    for (const [index, file] of files.entries()) {
      if (file.planned !== undefined) {
        next.push(file);
        continue;
      }
      const inner = await planFile(named.files[index]!.path, replaced, { recipes: true });
      titles.push(...inner.titles);
      plans.push(...inner.plans.values());
      next.push(...inside(file, inner, serverVersion));
    }
    if (next.length === files.length && next.every((file, at) => file.text === files[at]!.text))
      break;
    files = next;
  }
  return { files: markContract(files), titles, plans };
}

function inside(file: NewFile, { parsed, plans }: PlannedChange, serverVersion: number): NewFile[] {
  if (parsed === undefined) return [file];
  return layOut(parsed, plans, { serverVersion }).map((inner) => ({
    ...inner,
    suffix:
      inner.planned === undefined
        ? [file.suffix, inner.suffix].filter(Boolean).join("_")
        : inner.suffix,
  }));
}

/** Whether names and rights in the file are others than in a file of its own. */
function setsNames({ directives, statements }: ParsedFile): boolean {
  const names = statements.flatMap(({ node }) =>
    "VariableSetStmt" in node ? [node.VariableSetStmt.name ?? ""] : [],
  );
  return (
    directives.role !== undefined ||
    names.some((name) => ["role", "search_path", "session_authorization"].includes(name))
  );
}

function nameFiles(
  migration: Migration,
  files: readonly NewFile[],
  { migrations }: MigrationSet,
): { readonly files: readonly WrittenFile[] } | Refusal {
  const [only] = files;
  if (files.length === 1 && only !== undefined) {
    return {
      files: [
        {
          path: migration.up.path,
          text: only.text,
          module: false,
          planned: only.planned !== undefined,
        },
      ],
    };
  }
  const source = findSqlFile(migrations, migration.up.path);
  const taken = migrations.flatMap(({ version }): Version[] => (version ? [version] : []));
  try {
    const ids = namesBehind(
      source,
      files.map(({ suffix }) => suffix ?? ""),
      taken,
    );
    return {
      files: files.map((file, index) => ({
        path: `${source.folder}${ids[index]}${file.language === "ts" ? ".ts" : source.ending}`,
        text: textOf(file),
        module: file.language === "ts",
        planned: file.planned !== undefined,
      })),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return refuse(`${error.what} ${error.action ?? ""}`.trim());
  }
}

/** With comments that allow what lint would say about them, and only that. */
async function withAllowances(
  migration: Migration,
  files: readonly NewFile[],
  named: readonly WrittenFile[],
  { lint: lintOptions }: ArrangeOptions,
): Promise<WrittenFile[]> {
  const { findings } = await lint(replacing(lintOptions, [{ migration, files: named }]));
  return files.map((file, index) => {
    const { path } = named[index]!;
    const said = new Set(findings.filter((one) => one.file === path).map(({ rule }) => rule));
    const allow = (file.planned?.file.allow ?? []).filter((rule) => said.has(rule));
    return { ...named[index]!, text: textOf(file, allow) };
  });
}

/** The same lint, with files in the place of others. */
export function replacing(options: LintOptions, fixed: readonly Replaced[]): LintOptions {
  const { start, onHistory: _, ...rest } = options;
  const by = new Map(fixed.map(({ migration, files }) => [migration.up.path, files]));
  const sql = (path: string): readonly WrittenFile[] | undefined =>
    by.get(path)?.filter((file) => !file.path.endsWith(".down.sql"));
  return {
    ...rest,
    files: options.files.flatMap((file): LintFile[] => {
      const files = sql(file.path);
      if (files === undefined) return [file];
      return files.map(({ path, text, module }) => ({
        ...file,
        ...changedReading(file, Buffer.byteLength(file.text), Buffer.byteLength(text)),
        path,
        text,
        ...(module && { module }),
      }));
    }),
    report: options.report.flatMap((path) => sql(path)?.map((file) => file.path) ?? [path]),
    ...(start && { start: { ...start, catalog: structuredClone(start.catalog) } }),
  };
}

function withDown(
  migration: Migration,
  files: readonly WrittenFile[],
): Pick<Arranged, "files" | "notes"> | Refusal {
  const { down, up } = migration;
  const last = files.at(-1);
  if (down === undefined || down.path === up.path || files.length === 1 || last === undefined) {
    return { files, notes: [] };
  }
  if (last.module) {
    return refuse("its down migration would belong to the last file, which is a module");
  }
  const path = last.path.replace(/(?:\.up)?\.sql$/i, ".down.sql");
  return {
    files: [...files, { path, text: down.bytes.toString("utf8"), module: false, planned: false }],
    notes: [`\`${down.path}\` takes back the whole, so it goes with the last file.`],
  };
}
