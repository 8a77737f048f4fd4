import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Failure } from "../failures/failure.ts";
import { DEFAULT_SETTINGS } from "./runner-defaults.ts";
import { loadSettings, type ResolvedSettings, type SettingsInput } from "./settings.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "lockstep-config-"));
});
afterEach(() => rm(cwd, { recursive: true }));

async function given(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
}

function load(input: Partial<SettingsInput> = {}): Promise<ResolvedSettings> {
  return loadSettings({ cwd, env: {}, flags: {}, needsUrl: false, ...input });
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

test("without anything the settings are the runner's defaults", async () => {
  const resolved = await load();
  expect(resolved.settings).toEqual(DEFAULT_SETTINGS);
  expect(resolved.dirs).toEqual([join(cwd, "migrations")]);
  expect(resolved.configFile).toBeUndefined();
});

describe("without a URL", () => {
  test("the failure says the ways to give one", async () => {
    const failure = await failureOf(load({ needsUrl: true }));
    expect(failure.class).toBe("config.no_url");
    const said = [failure.action, ...failure.notes].join("\n");
    for (const way of [
      "--url",
      "DATABASE_URL",
      "LOCKSTEP_URL",
      "lockstep.config.ts",
      "PGHOST",
      "--embedded",
      "lockstep dev",
    ]) {
      expect(said).toContain(way);
    }
  });

  test("PG variables count as given", async () => {
    const resolved = await load({ needsUrl: true, env: { PGHOST: "db" } });
    expect(resolved.url).toBeUndefined();
  });

  test("an empty DATABASE_URL is no URL", async () => {
    await failureOf(load({ needsUrl: true, env: { DATABASE_URL: "" } }));
  });
});

describe("precedence", () => {
  const config = JSON.stringify({
    url: "postgres://file",
    budget: "1s",
    environments: { prod: { budget: "2s", historySchema: "prod" } },
  });

  test("file, environment, variable and flag win in this order", async () => {
    await given({ "lockstep.config.json": config });
    expect((await load()).settings.budgetMs).toBe(1000);
    expect((await load({ flags: { env: "prod" } })).settings.budgetMs).toBe(2000);
    const env = { LOCKSTEP_ENV: "prod", LOCKSTEP_BUDGET: "3s" };
    expect((await load({ env })).settings.budgetMs).toBe(3000);
    const resolved = await load({ env, flags: { budget: "4s" } });
    expect(resolved.settings.budgetMs).toBe(4000);
    expect(resolved.settings.historySchema).toBe("prod");
    expect(resolved.environment).toBe("prod");
  });

  test("the URL comes from the flag, LOCKSTEP_URL, DATABASE_URL, the file", async () => {
    await given({ "lockstep.config.json": config });
    expect((await load()).url).toBe("postgres://file");
    const env = { DATABASE_URL: "postgres://d" };
    expect((await load({ env })).url).toBe("postgres://d");
    const both = { ...env, LOCKSTEP_URL: "postgres://l" };
    expect((await load({ env: both })).url).toBe("postgres://l");
    expect((await load({ env: both, flags: { url: "postgres://f" } })).url).toBe("postgres://f");
  });

  test("a variable that replaces the URL of the chosen environment is warned about", async () => {
    await given({
      "lockstep.config.json": JSON.stringify({ environments: { prod: { url: "postgres://p" } } }),
    });
    const resolved = await load({
      env: { DATABASE_URL: "postgres://d" },
      flags: { env: "prod" },
    });
    expect(resolved.url).toBe("postgres://d");
    expect(resolved.warnings).toEqual([
      "`DATABASE_URL` is set and replaces the URL of the environment `prod`.",
    ]);
  });

  test("folders are relative to the file, and to the working directory when not from it", async () => {
    await given({ "db/lockstep.config.json": JSON.stringify({ dir: ["a", "b"] }) });
    const flags = { config: "db/lockstep.config.json" };
    expect((await load({ flags })).dirs).toEqual([join(cwd, "db/a"), join(cwd, "db/b")]);
    expect((await load({ flags, env: { LOCKSTEP_DIR: "x:y" } })).dirs).toEqual([
      join(cwd, "x"),
      join(cwd, "y"),
    ]);
    expect((await load({ flags: { ...flags, dir: ["z"] } })).dirs).toEqual([join(cwd, "z")]);
  });

  test("placeholders are off by default and merged from file and variables", async () => {
    await given({
      "lockstep.config.json": JSON.stringify({ placeholders: { owner: "a", x: "1" } }),
    });
    const { settings } = await load({ env: { LOCKSTEP_PLACEHOLDER_OWNER: "b" } });
    expect(settings.placeholders).toEqual({ owner: "b", OWNER: "b", x: "1" });
  });

  test("`placeholders: true` switches them on even when no variable is set", async () => {
    await given({ "lockstep.config.json": JSON.stringify({ placeholders: true }) });
    expect((await load()).settings.placeholders).toEqual({});
  });
});

describe("configuration files", () => {
  const typescript = `
    import { defineConfig } from "lockstep";
    const wait: string = "5s";
    export default defineConfig({ lockWait: wait, url: async (env) => env.SECRET as string });
  `;
  const cases = [
    ["lockstep.config.ts", typescript],
    ["lockstep.config.mts", typescript],
    ["lockstep.config.mjs", `export default { lockWait: "5s", url: (env) => env.SECRET };`],
    ["lockstep.config.js", `module.exports = { lockWait: "5s", url: (env) => env.SECRET };`],
  ] as const;

  test.each(cases)("%s is loaded and its function gives the URL", async (name, text) => {
    await given({ [name]: text });
    const resolved = await load({ env: { SECRET: "postgres://s" }, needsUrl: true });
    expect(resolved.url).toBe("postgres://s");
    expect(resolved.settings.lockWaitMs).toBe(5000);
    expect(resolved.configFile).toBe(join(cwd, name));
  });

  test("two files are refused", async () => {
    await given({ "lockstep.config.json": "{}", "lockstep.config.mjs": "export default {}" });
    expect((await failureOf(load())).what).toContain(
      "`lockstep.config.json`, `lockstep.config.mjs`",
    );
  });

  test("every wrong key is named by its path", async () => {
    await given({
      "lockstep.config.json": JSON.stringify({
        lockWiat: "5s",
        outOfOrder: "maybe",
        dir: 5,
        budget: "soon",
        environments: { prod: { strict: "yes", urll: "x" }, dev: 5 },
      }),
    });
    expect((await failureOf(load())).notes).toMatchInlineSnapshot(`
      [
        "\`dir\` must be a folder or a list of folders",
        "\`budget\` must be a duration like \`250ms\`, \`5s\` or \`10m\`",
        "\`outOfOrder\` must be \`refuse\` or \`allow\`",
        "\`environments.prod.strict\` must be true or false",
        "\`environments.prod.urll\` is not known; did you mean \`url\`",
        "\`environments.dev\` must be an object",
        "\`lockWiat\` is not known; did you mean \`lockWait\`",
      ]
    `);
  });

  test.each([
    ["a missing file", { config: "nowhere.json" }, "does not exist"],
    ["a file of another kind", { config: "lockstep.yaml" }, "can hold the configuration"],
  ])("%s is refused", async (_, flags, what) => {
    expect((await failureOf(load({ flags }))).what).toContain(what);
  });

  test("a file that throws or exports nothing is refused with the reason", async () => {
    await given({ "a.mjs": `throw new Error("no secrets here")`, "b.mjs": "export const x = 1;" });
    const thrown = await failureOf(load({ flags: { config: "a.mjs" } }));
    expect(thrown.what).toContain("no secrets here");
    const nothing = await failureOf(load({ flags: { config: "b.mjs" } }));
    expect(nothing.notes.join()).toContain("default export");
  });
});

test("an unknown environment is refused with the nearest one", async () => {
  await given({ "lockstep.config.json": JSON.stringify({ environments: { production: {} } }) });
  const failure = await failureOf(load({ flags: { env: "prodction" } }));
  expect(failure.class).toBe("config.invalid");
  expect(failure.action).toContain("`production`");
  await failureOf(load({ flags: { env: "constructor" } }));
});

test("an environment without a configuration file is refused", async () => {
  expect((await failureOf(load({ env: { LOCKSTEP_ENV: "prod" } }))).what).toContain(
    "no configuration file",
  );
});

test.each([
  [{ LOCKSTEP_STRICT: "maybe" }, "`LOCKSTEP_STRICT` is `maybe`"],
  [{ LOCKSTEP_CONTRACT_GUARD: "no" }, "`LOCKSTEP_CONTRACT_GUARD` is `no`"],
  [{ LOCKSTEP_OUT_OF_ORDER: "yes" }, "`LOCKSTEP_OUT_OF_ORDER` is `yes`"],
  [{ LOCKSTEP_BUDGET: "soon" }, "`LOCKSTEP_BUDGET` is `soon`"],
  [{ LOCKSTEP_LOCK_TIMEOUT: "0" }, "zero"],
])("the variables %j are refused", async (env, what) => {
  expect((await failureOf(load({ env }))).what).toContain(what);
});

test("boolean and word variables are read", async () => {
  const { settings } = await load({
    env: { LOCKSTEP_STRICT: "1", LOCKSTEP_OUT_OF_ORDER: "allow", LOCKSTEP_SEARCH_PATH: "app" },
  });
  expect(settings).toMatchObject({ strict: true, outOfOrder: "allow", searchPath: "app" });
});

test("the guard of contract migrations is the file's, unless the variable says more", async () => {
  await given({
    "lockstep.config.json": JSON.stringify({
      contract: { ignoreRoles: ["backup"] },
      environments: { dev: { contract: { guard: "off" } } },
    }),
  });
  expect((await load()).settings.contract).toEqual({ ignoreRoles: ["backup"] });
  expect((await load({ flags: { env: "dev" } })).settings.contract).toEqual({ guard: "off" });
  const env = { LOCKSTEP_CONTRACT_GUARD: "off" };
  expect((await load({ env })).settings.contract).toEqual({
    guard: "off",
    ignoreRoles: ["backup"],
  });
});

test("wrong keys of the guard are named", async () => {
  await given({
    "lockstep.config.json": JSON.stringify({ contract: { gard: "on", ignoreRoles: ["a", 1] } }),
  });
  const { notes } = await failureOf(load());
  expect([...notes].toSorted((a, b) => a.localeCompare(b))).toEqual([
    "`contract.gard` is not known; did you mean `guard`",
    "`contract.ignoreRoles.1` must be the name of a role",
  ]);
});
