/**
 * Looks at the open documents again whenever something has changed: one after the other, never two
 * at once, and only those for which something is different from the last time.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { Failure } from "../failures/failure.ts";
import type { Finding } from "../lint/finding.ts";
import { unreadable } from "../lint/place.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { type Checked, checkFiles, filesUpTo, keyOf } from "./check.ts";
import { isSql, pathOf } from "./document.ts";
import { keepCatalogs } from "./kept-catalogs.ts";
import { type EditorProject, openProjects, readMigrations, rootOf, shownPath } from "./project.ts";

export interface CheckerOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly documents: () => readonly TextDocument[];
  /** Absolute paths of the workspace. */
  readonly folders: () => readonly string[];
  /** False: only migrations of the project are looked at. */
  readonly otherFiles: () => boolean;
  readonly onChecked: (document: TextDocument, checked: Checked) => void;
  /** What is wrong with a configuration: said once, until it is another text. */
  readonly onTrouble: (text: string) => void;
  readonly onBug: (error: unknown) => void;
}

export interface Checker {
  /** After so many milliseconds without another call. */
  schedule(delayMs: number): void;
  /** Everything that was scheduled is done now; what is known about the document then. */
  settled(document: TextDocument): Promise<Checked | undefined>;
  /** Settings and folders are read again, whatever they look like. */
  forgetProjects(): void;
  forget(uri: string): void;
}

interface Known extends Checked {
  /** Of all that it depends on; undefined: it is looked at each time. */
  readonly key?: string;
  readonly version: number;
}

const NOTHING: Checked = { findings: [], statements: [], pgVersion: 0 };

export function createChecker(options: CheckerOptions): Checker {
  const { env, documents, folders } = options;
  const projects = openProjects(env);
  const catalogs = keepCatalogs();
  const known = new Map<string, Known>();
  /** By root: the last text, so that it is not said with each key that is pressed. */
  const troubles = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  async function round(): Promise<void> {
    const open = documents().filter(isSql);
    const unsaved = new Map(
      open.flatMap((document) => {
        const path = pathOf(document.uri);
        return path === undefined ? [] : [[path, Buffer.from(document.getText(), "utf8")] as const];
      }),
    );
    const sets = new Map<string, Promise<MigrationSet>>();
    for (const document of open) {
      const root = rootOf(pathOf(document.uri), folders());
      if (root === undefined) continue;
      const { version } = document;
      try {
        const project = await projects.open(root);
        const found = await checkOne(document, project, sets, unsaved);
        if (found !== undefined) setKnown(document, { ...found, version });
        troubles.delete(root);
      } catch (error) {
        setKnown(document, { ...NOTHING, version });
        if (error instanceof Failure) trouble(root, error);
        else options.onBug(error);
      }
      // So that a key that was pressed meanwhile is seen before the next document.
      await nextTurn();
      if (again) return;
    }
  }

  /** Undefined: nothing is different from the last time. */
  async function checkOne(
    document: TextDocument,
    project: EditorProject,
    sets: Map<string, Promise<MigrationSet>>,
    unsaved: ReadonlyMap<string, Buffer>,
  ): Promise<Omit<Known, "version"> | undefined> {
    const path = pathOf(document.uri);
    const bytes = Buffer.from(document.getText(), "utf8");
    const shown = path === undefined ? document.uri : shownPath(path, project.root);
    const folder = project.settings.configFile === undefined ? path : undefined;
    const at = `${project.root}\n${folder}`;
    let set = sets.get(at);
    if (set === undefined) sets.set(at, (set = readMigrations(project, env, unsaved, path)));
    let migrations: MigrationSet;
    try {
      migrations = await set;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const findings = [historyUnreadable(shown, bytes, error)];
      return { ...NOTHING, findings };
    }
    const files = filesUpTo({ path, shown, bytes }, migrations, project);
    if (!files.isMigration && !options.otherFiles()) return NOTHING;
    const key = keyOf(files, project);
    const before = known.get(document.uri);
    if (key !== undefined && before?.key === key && before.version === document.version) {
      return undefined;
    }
    return { ...(await checkFiles(files, project, catalogs)), ...(key !== undefined && { key }) };
  }

  function setKnown(document: TextDocument, checked: Known): void {
    // Closed or changed while it was looked at; after a change it is its turn again.
    if (!documents().includes(document) || document.version !== checked.version) return;
    known.set(document.uri, checked);
    options.onChecked(document, checked);
  }

  function trouble(root: string, failure: Failure): void {
    const text = [failure.what, failure.action, ...(failure.notes ?? [])].join("\n");
    if (troubles.get(root) !== text) options.onTrouble(text);
    troubles.set(root, text);
  }

  function start(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await round();
      } while (again);
    })()
      .catch(options.onBug)
      .finally(() => (running = undefined));
    return running;
  }

  return {
    schedule(delayMs) {
      clearTimeout(timer);
      timer = setTimeout(() => void start(), delayMs);
    },
    async settled(document) {
      await (timer === undefined ? running : start());
      const checked = known.get(document.uri);
      return checked?.version === document.version ? checked : undefined;
    },
    forgetProjects: () => projects.forget(),
    forget: (uri) => void known.delete(uri),
  };
}

/** At its place when that is in this document, else at its beginning. */
function historyUnreadable(shown: string, bytes: Buffer, failure: Failure): Finding {
  if (failure.location?.file === shown) return unreadable(shown, bytes, failure);
  const { class: id, what, action } = failure;
  return unreadable(shown, bytes, new Failure({ class: id, what, action }));
}
