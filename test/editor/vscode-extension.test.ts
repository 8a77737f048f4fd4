/** The extension for VS Code: its manifest, and the server that it starts, with VS Code played. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TOOL_VERSION } from "../../src/version.ts";
import { project } from "../support/project.ts";
import { startClient } from "./client.ts";

const FOLDER = join(import.meta.dirname, "../../editors/vscode");
const CODE = readFileSync(join(FOLDER, "extension.cjs"), "utf8");

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly files: readonly string[];
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { default: unknown }>> };
  };
  readonly dependencies: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as Manifest;

interface Executable {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: { readonly cwd: string };
}

interface Extension {
  activate(context: { subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<void>;
}

/** Loads the extension with a VS Code that has one workspace folder and these settings. */
function load(folder: string, settings: Readonly<Record<string, unknown>> = {}) {
  const clients: { server: Executable; options: object; running: boolean }[] = [];
  const warnings: string[] = [];
  const commands = new Map<string, () => Promise<void>>();
  const created: (() => unknown)[] = [];
  class LanguageClient {
    readonly #own;
    constructor(_id: string, _name: string, server: Executable, options: object) {
      this.#own = { server, options, running: false };
      clients.push(this.#own);
    }
    async start(): Promise<void> {
      this.#own.running = true;
    }
    async stop(): Promise<void> {
      this.#own.running = false;
    }
  }
  const vscode = {
    commands: {
      registerCommand: (name: string, run: () => Promise<void>) => commands.set(name, run),
    },
    window: { showWarningMessage: async (text: string) => void warnings.push(text) },
    workspace: {
      workspaceFolders: [{ uri: { fsPath: folder } }],
      getConfiguration: () => ({ get: (name: string) => settings[name] }),
      onDidChangeConfiguration: () => ({}),
      findFiles: async (glob: string) =>
        existsSync(join(folder, glob.includes("config") ? "lockstep.config.json" : "migrations"))
          ? [{}]
          : [],
      createFileSystemWatcher: () => ({ onDidCreate: (run: () => unknown) => created.push(run) }),
    },
  };
  const real = createRequire(join(FOLDER, "extension.cjs"));
  const require = (name: string): unknown => {
    if (name === "vscode") return vscode;
    if (name === "vscode-languageclient/node") return { LanguageClient };
    return real(name);
  };
  const module = { exports: {} as Extension };
  // eslint-disable-next-line typescript/no-implied-eval -- as Node runs CommonJS, with our `require`
  new Function("require", "module", "exports", CODE)(require, module, module.exports);
  return { extension: module.exports, clients, warnings, commands, created };
}

describe("the manifest", () => {
  test("names files that are there, and the version of the project", () => {
    expect(MANIFEST.version).toBe(TOOL_VERSION);
    for (const file of MANIFEST.files) expect(existsSync(join(FOLDER, file)), file).toBe(true);
    expect(MANIFEST.files).toContain(MANIFEST.main.replace("./", ""));
    expect(MANIFEST.activationEvents).toEqual(["onLanguage:sql"]);
  });

  test("declares what the code uses, and no more", () => {
    const used = (pattern: RegExp): string[] =>
      [...new Set([...CODE.matchAll(pattern)].map(([, name = ""]) => name))].toSorted();
    const { commands, configuration } = MANIFEST.contributes;
    expect(used(/registerCommand\("([\w.]+)"/g)).toEqual(commands.map(({ command }) => command));
    expect(used(/settings\.get\("(\w+)"\)/g).map((name) => `lockstep.${name}`)).toEqual(
      Object.keys(configuration.properties).toSorted(),
    );
    const packages = used(/require\("([^"]+)"\)/g).filter((name) => !name.startsWith("node:"));
    expect(packages).toEqual(["vscode", "vscode-languageclient/node"]);
    expect(Object.keys(MANIFEST.dependencies)).toEqual(["vscode-languageclient"]);
  });
});

describe("the entry", () => {
  test("starts the Lockstep of the workspace, which is a language server", async () => {
    const { dir } = await project({ config: {}, files: { "migrations/1_a.sql": "select 1;" } });
    await mkdir(join(dir, "node_modules/.bin"), { recursive: true });
    const main = join(FOLDER, "../../dist/cli/main.js");
    await symlink(main, join(dir, "node_modules/.bin/lockstep"));
    const { extension, clients, commands } = load(dir, { otherFiles: false });
    await extension.activate({ subscriptions: [] });
    expect(clients).toMatchObject([
      {
        server: { command: join(dir, "node_modules/.bin/lockstep"), options: { cwd: dir } },
        options: { initializationOptions: { otherFiles: false } },
        running: true,
      },
    ]);
    const [command, ...args] = clients[0]!.server.args;
    expect(command).toBe("lsp");
    const client = await startClient(dir, { args });
    expect(await client.quit()).toBe(0);

    await commands.get("lockstep.restart")!();
    expect(clients.map(({ running }) => running)).toEqual([false, true]);
    await extension.deactivate();
    expect(clients.map(({ running }) => running)).toEqual([false, false]);
  });

  test("takes the command of the setting", async () => {
    const { dir } = await project({ config: {}, files: { "tools/lockstep": "" } });
    for (const [path, found] of [
      ["tools/lockstep", join(dir, "tools/lockstep")],
      ["/opt/lockstep", "/opt/lockstep"],
    ] as const) {
      const { extension, clients } = load(dir, { path });
      await extension.activate({ subscriptions: [] });
      expect(clients.map(({ server }) => server.command)).toEqual([found]);
    }
  });

  test("says what is missing, and waits in a workspace that is no project", async () => {
    const own = await project({ config: {} });
    const missing = load(own.dir);
    await missing.extension.activate({ subscriptions: [] });
    expect(missing.warnings).toMatchObject([expect.stringContaining("npm install --save-dev")]);

    const other = await project();
    const { extension, clients, warnings, created } = load(other.dir, { path: "/opt/lockstep" });
    await extension.activate({ subscriptions: [] });
    expect([clients, warnings]).toEqual([[], []]);
    await created[0]!();
    expect(clients).toHaveLength(1);
  });
});
