/** The language server, as an editor talks to it. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { CodeAction, Diagnostic, Hover, TextDocumentEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import { CAPABILITIES, type EditorClient, startClient } from "./client.ts";

const ORDERS = "create table orders (id bigint primary key, customer_id bigint);\n";
const SECOND = "migrations/2_index.sql";
/** An emoji is one code point, two UTF-16 units and four bytes; an umlaut one, one and two. */
const INDEX =
  "/* für 🐘 */ create index orders_customer_id_idx on orders (customer_id);\nselect 'ä🐘' as x;\n";
const FILES = { "migrations/1_orders.sql": ORDERS, [SECOND]: "select 1;\n" };

async function quiet(client: EditorClient): Promise<void> {
  expect(await client.quit()).toBe(0);
  expect(client.stderr()).toBe("");
}

function codes(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(({ code }) => code);
}

function textOf(hover: Hover | null): string {
  return (hover?.contents as { value: string } | undefined)?.value ?? "";
}

function applied(text: string, action: CodeAction | undefined): string {
  const [change] = (action?.edit?.documentChanges ?? []) as TextDocumentEdit[];
  const document = TextDocument.create("file:///a.sql", "sql", 1, text);
  return TextDocument.applyEdits(document, change?.edits as never);
}

describe("a session", () => {
  test("from a wrong text to a clean one", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir, { args: ["--stdio"] });
    expect(client.initialized.capabilities).toMatchObject({
      positionEncoding: "utf-16",
      hoverProvider: true,
    });
    await client.open(SECOND, INDEX);
    const found = await client.diagnostics(SECOND, 1);
    expect(found).toMatchObject([
      {
        code: "index-not-concurrent",
        severity: 1,
        source: "lockstep",
        range: { start: { line: 0, character: 13 }, end: { line: 0, character: 72 } },
      },
    ]);

    const hover = await client.hover(SECOND, { line: 0, character: 30 });
    expect(textOf(hover)).toContain("`orders`: SHARE; writes wait, and reads go on");
    expect(textOf(hover)).toContain("**Long work**");
    expect(textOf(hover)).toContain("An index is built while writes to its table wait.");
    expect(textOf(hover)).toContain("Instead: `CREATE INDEX CONCURRENTLY`");
    expect(hover?.range).toEqual(found[0]!.range);
    const other = await client.hover(SECOND, { line: 1, character: 3 });
    expect(textOf(other)).toContain("none on a table");

    const actions = await client.actions(SECOND, found[0]!.range, found);
    expect(actions.map(({ title }) => title)).toEqual([
      "Build the index CONCURRENTLY",
      "Allow index-not-concurrent here",
    ]);
    expect(actions[0]).toMatchObject({ kind: "quickfix", isPreferred: true, diagnostics: found });
    const fixed = applied(INDEX, actions[0]);
    expect(fixed).toContain("create index concurrently orders_customer_id_idx");

    // Alone in its file, as the rule says.
    await client.change(SECOND, 2, { text: fixed.split("\n")[0]! });
    expect(await client.diagnostics(SECOND, 2)).toEqual([]);
    await client.close(SECOND);
    await quiet(client);
  });

  test("a comment that allows is written above the statement, and waits for its reason", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    const text = "select 1;  alter table orders drop column customer_id;\n";
    await client.open(SECOND, text);
    const found = await client.diagnostics(SECOND, 1, (rules) => rules.includes("drop-column"));
    const finding = found.find(({ code }) => code === "drop-column")!;
    const actions = await client.actions(SECOND, finding.range);
    const hint = actions.find(({ disabled }) => disabled !== undefined);
    expect(hint?.disabled?.reason).toContain("several files");
    const allow = actions.find(({ title }) => title === "Allow drop-column here");
    const allowed = applied(text, allow);
    expect(allowed).toBe(
      "select 1;  \n-- lockstep:allow drop-column \nalter table orders drop column customer_id;\n",
    );
    await client.change(SECOND, 2, { text: allowed });
    expect(codes(await client.diagnostics(SECOND, 2))).toContain("allow-without-reason");
    await client.change(SECOND, 3, {
      text: allowed.replace("drop-column \n", "drop-column Nobody reads it.\n"),
    });
    const left = codes(await client.diagnostics(SECOND, 3));
    expect(left).not.toContain("drop-column");
    expect(left).not.toContain("allow-without-reason");
    await quiet(client);
  });

  test("knows who waits, what was held before, and what is new", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir, {
      capabilities: { textDocument: { hover: { contentFormat: ["plaintext"] } } },
    });
    const text =
      "alter table orders add column note text;\ncreate table items (id int primary key);\ncreate index on items (id);\n";
    await client.open(SECOND, text);
    const first = await client.hover(SECOND, { line: 0, character: 0 });
    expect(textOf(first)).toContain("`orders`: ACCESS EXCLUSIVE; reads and writes wait");
    const third = await client.hover(SECOND, { line: 2, character: 3 });
    expect(third?.contents).toMatchObject({ kind: "plaintext" });
    expect(textOf(third)).toContain("`items`: SHARE; it is new, and nobody waits");
    expect(textOf(third)).toContain("`orders`: ACCESS EXCLUSIVE since line 1");
    await quiet(client);
  });
});

describe("what is looked at", () => {
  test("text that is not saved, of files before, too", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    await client.open(SECOND, "alter table orders alter column customer_id type int;\n");
    const change = (rules: readonly unknown[]): boolean => rules.includes("type-change-rewrite");
    await client.diagnostics(SECOND, 1, change);
    // In the first file it is that type now: nothing is rewritten.
    await client.open("migrations/1_orders.sql", ORDERS);
    await client.change("migrations/1_orders.sql", 2, {
      range: { start: { line: 0, character: 56 }, end: { line: 0, character: 62 } },
      text: "int",
    });
    await client.diagnostics(SECOND, 1, (rules) => !change(rules));
    await client.close("migrations/1_orders.sql");
    await client.diagnostics(SECOND, 1, change);
    await quiet(client);
  });

  test("other files are the next migration, unless the client does not want them", async () => {
    const { dir } = await project({ files: FILES });
    const texts = ["untitled:Untitled-1", "scratch/next.sql"] as const;
    const client = await startClient(dir);
    for (const file of texts) await client.open(file, "create index on orders (customer_id);");
    for (const file of texts) {
      expect(codes(await client.diagnostics(file, 1))).toContain("index-not-concurrent");
    }
    // Neither the other side of a comparison nor another language is ours.
    await client.open("git:/migrations/2_index.sql", "drop table orders;");
    await client.open("notes.txt", "drop table orders;", "plaintext");
    await client.change(texts[1], 2, { text: "select 1;" });
    await client.diagnostics(texts[1], 2);
    expect(client.published("notes.txt")).toBeUndefined();
    expect(client.published("git:/migrations/2_index.sql")).toBeUndefined();
    await quiet(client);

    const strict = await startClient(dir, {
      params: { initializationOptions: { otherFiles: false } },
    });
    await strict.open(texts[1], "create index on orders (customer_id);");
    expect(await strict.diagnostics(texts[1], 1)).toEqual([]);
    await strict.open(SECOND, "create index on orders (customer_id);");
    expect(codes(await strict.diagnostics(SECOND, 1))).toContain("index-not-concurrent");
    await quiet(strict);
  });

  test("a folder of another tool, of which the way up is read", async () => {
    const file = "db/migrations/20240101000000_index.sql";
    const first =
      "-- migrate:up\ncreate table orders (id bigint);\n\n-- migrate:down\ndrop table orders;\n";
    const { dir } = await project({
      files: {
        "db/migrations/20230101000000_a.sql": first,
        [file]: "-- migrate:up\n\n-- migrate:down\n",
      },
      config: { dir: "db/migrations" },
    });
    const client = await startClient(dir);
    // The place at which the way down begins is another one than on disk.
    await client.open(
      file,
      "-- migrate:up\ncreate index i on orders (id);\n\n-- migrate:down\nnonsense;\n",
    );
    const found = await client.diagnostics(file, 1);
    expect(codes(found)).toContain("index-not-concurrent");
    expect(codes(found)).not.toContain("syntax-error");
    await client.change(file, 2, { text: "create index i on orders (id);\n" });
    expect(codes(await client.diagnostics(file, 2))).toContain("refused-by-runner");
    await quiet(client);
  });

  test("a way back, and a folder without versions", async () => {
    const down = "migrations/1_orders.down.sql";
    const { dir } = await project({
      files: { ...FILES, [down]: "select 1;\n", "sql/a.sql": ORDERS, "sql/b.sql": "select 1;\n" },
    });
    const client = await startClient(dir);
    await client.open(down, "create index on orders (customer_id);\n");
    expect(codes(await client.diagnostics(down, 1))).toContain("index-not-concurrent");
    await client.close(down);
    await quiet(client);

    const plain = await project({ files: { "sql/a.sql": ORDERS, "sql/b.sql": "select 1;\n" } });
    const other = await startClient(plain.dir);
    // That the type stays the same is known from the file before.
    await other.open("sql/b.sql", "alter table orders alter column customer_id type bigint;\n");
    const found = codes(await other.diagnostics("sql/b.sql", 1));
    expect(found).not.toContain("type-change-rewrite");
    await other.open("sql/a.sql", ORDERS.replace("customer_id bigint", "customer_id int"));
    await other.diagnostics("sql/b.sql", 1, (rules) => rules.includes("type-change-rewrite"));
    await quiet(other);
  });

  test("broken text has a place, and ends nothing", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    await client.open(SECOND, "/* 🐘 */ create tabel x (id int);\ncreate index on orders (id);\n");
    const found = await client.diagnostics(SECOND, 1);
    expect(found.find(({ code }) => code === "syntax-error")).toMatchObject({
      range: { start: { line: 0, character: 16 }, end: { line: 0, character: 21 } },
    });
    expect(codes(found)).toContain("index-not-concurrent");
    for (const [index, text] of [
      "'",
      "$$ begin",
      "/* /*",
      "\uD800 select",
      "select \0;",
      "-- lockstep:transaction sometimes\nselect 1;",
      "",
    ].entries()) {
      await client.change(SECOND, index + 2, { text });
      const left = await client.diagnostics(SECOND, index + 2);
      expect(
        await client.actions(SECOND, {
          start: { line: 0, character: 0 },
          end: { line: 9, character: 0 },
        }),
      ).toBeInstanceOf(Array);
      await client.hover(SECOND, { line: 3, character: 40 });
      expect([text, left.length > 0]).toEqual([text, text !== ""]);
    }
    await client.change(SECOND, 20, { text: "create index on orders (id);" });
    expect(codes(await client.diagnostics(SECOND, 20))).toContain("index-not-concurrent");
    await quiet(client);
  });

  test("a text that overruns the parser's stack is said to, and the server answers on", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    await client.open(SECOND, `select ${"1+".repeat(15_000)}1;\n`);
    const [finding] = await client.diagnostics(SECOND, 1);
    expect(finding?.message).toContain("nests deeper");
    await client.hover(SECOND, { line: 0, character: 9 });
    await quiet(client);
  });
});

describe("configuration", () => {
  test("is read again when it changes; what is wrong with it is a message", async () => {
    const config = (rules: string): string =>
      `console.log("hello"); export default { lint: { rules: ${rules} } };`;
    const folder = await project({ files: FILES, config: config("{}") });
    const client = await startClient(folder.dir);
    await waitUntil(() => client.registered.includes("workspace/didChangeWatchedFiles"), {
      what: "the server to ask for changes of files",
    });
    await client.open(SECOND, "create index on orders (customer_id);\n");
    await client.diagnostics(SECOND, 1, (rules) => rules.includes("index-not-concurrent"));

    await folder.write("lockstep.config.ts", config('{ "index-not-concurrent": "off" }'));
    await client.watched("lockstep.config.ts");
    await client.diagnostics(SECOND, 1, (rules) => !rules.includes("index-not-concurrent"));

    await folder.write("lockstep.config.ts", config('{ "no-such-rule": "off" }'));
    await client.watched("lockstep.config.ts");
    await waitUntil(() => client.messages.length > 0, { what: "a message" });
    expect(client.messages[0]).toMatchObject({ type: 1 });
    expect(client.messages[0]!.message).toContain("no-such-rule");

    await folder.write("lockstep.config.ts", "export default {{");
    await client.watched("lockstep.config.ts");
    await waitUntil(() => client.messages.length > 1, { what: "another message" });

    // Nobody tells: the next change of the text sees it all the same.
    await folder.write("lockstep.config.ts", config('{ "index-not-concurrent": "warning" }'));
    await client.change(SECOND, 2, { text: "create index on orders (customer_id);" });
    const found = await client.diagnostics(SECOND, 2, (rules) => rules.length > 0);
    expect(found.find(({ code }) => code === "index-not-concurrent")?.severity).toBe(2);
    expect(client.messages).toHaveLength(2);
    expect(await client.quit()).toBe(0);
    // What the configuration prints does not go where the protocol is spoken.
    expect(client.stderr()).toContain("hello");
  });

  test.each(["mjs", "js"])("is read again as .%s, too", async (extension) => {
    const name = `lockstep.config.${extension}`;
    const folder = await project({ files: { ...FILES, [name]: "export default {};" } });
    const client = await startClient(folder.dir);
    await client.open(SECOND, "create index on orders (customer_id);");
    await client.diagnostics(SECOND, 1, (rules) => rules.includes("index-not-concurrent"));
    for (const [text, on] of [
      ['export default { lint: { rules: { "index-not-concurrent": "off" } } };', false],
      ["export default { lint: {} };", true],
    ] as const) {
      await folder.write(name, text);
      await client.watched(name);
      await client.diagnostics(SECOND, 1, (rules) => rules.includes("index-not-concurrent") === on);
    }
    await quiet(client);
  });

  test("is that of the nearest folder, with its baseline", async () => {
    const file = "packages/db/migrations/2_index.sql";
    const index = "create index i on orders (customer_id);\n";
    const { dir } = await project({
      files: {
        "packages/db/lockstep.config.json": "{}",
        "packages/db/migrations/1_orders.sql": ORDERS,
        [file]: index,
      },
    });
    const client = await startClient(dir);
    await client.open(file, index);
    await client.diagnostics(file, 1, (rules) => rules.includes("index-not-concurrent"));
    await runCli(["lint", "--write-baseline"], { cwd: join(dir, "packages/db") });
    await client.watched("packages/db/lockstep.lint-baseline.json");
    await client.diagnostics(file, 1, (rules) => rules.length === 0);
    await client.change(file, 2, { text: `${index}create index j on orders (customer_id);\n` });
    const found = await client.diagnostics(file, 2);
    expect(found.map(({ range }) => range.start.line)).toContain(1);
    expect(codes(found.filter(({ range }) => range.start.line === 0))).not.toContain(
      "index-not-concurrent",
    );
    await quiet(client);
  });
});

describe.each([
  ["utf-8", 16, 75],
  ["utf-32", 12, 71],
] as const)("positions in %s", (encoding, start, end) => {
  test("are agreed on, and count in changes as well", async () => {
    const { dir } = await project({ files: FILES });
    const general = { positionEncodings: [encoding, "utf-16"] };
    const client = await startClient(dir, { capabilities: { ...CAPABILITIES, general } });
    expect(client.initialized.capabilities.positionEncoding).toBe(encoding);
    await client.open(SECOND, INDEX);
    const [finding] = await client.diagnostics(SECOND, 1);
    expect(finding?.range).toEqual({
      start: { line: 0, character: start },
      end: { line: 0, character: end },
    });
    // `index` becomes `index concurrently`, the other statement goes.
    const at = { line: 0, character: start + "create index".length };
    await client.change(
      SECOND,
      2,
      { range: { start: at, end: at }, text: " concurrently" },
      { range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }, text: "" },
    );
    expect(await client.diagnostics(SECOND, 2)).toEqual([]);
    const hover = await client.hover(SECOND, at);
    expect(textOf(hover)).toContain("`orders`: SHARE UPDATE EXCLUSIVE; reads and writes go on");
    await quiet(client);
  });
});

describe("the end", () => {
  test("`exit` without `shutdown` is 1", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    await client.notify("exit");
    expect(await client.exit).toBe(1);
  });

  test("the end of the input is one, too", async () => {
    const { dir } = await project({ files: FILES });
    const client = await startClient(dir);
    client.stdin.end();
    expect(await client.exit).toBe(1);
  });

  test("the server goes when the process of its client is gone", async () => {
    const { dir } = await project({ files: FILES });
    const editor = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const client = await startClient(dir, { params: { processId: editor.pid! } });
    const gone = new Promise((resolve) => editor.once("close", resolve));
    editor.kill("SIGKILL");
    await gone;
    expect(await client.exit).toBe(1);
  });
});
