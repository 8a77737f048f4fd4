/** The images: what can be proved of them without a daemon that builds them. */
import { spawn, spawnSync } from "node:child_process";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { onProcessEnd, onTestEnd } from "../support/cleanup.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import { parseDockerfile, type Dockerfile } from "./dockerfile.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILES = ["deploy/Dockerfile", "examples/kubernetes/Dockerfile"] as const;

const read = async (file: string): Promise<Dockerfile> =>
  parseDockerfile(await readFile(join(ROOT, file), "utf8"));

/** What is wrong with an image; empty when nothing is. */
function faults({ args, stages }: Dockerfile): string[] {
  const last = stages.at(-1)!;
  const find = (name: string) => last.instructions.findLast((one) => one.name === name);
  const all = stages.flatMap(({ instructions }) => instructions);
  const start = find("ENTRYPOINT") ?? find("CMD");
  const user = /^(\d+)(?::\d+)?$/.exec(find("USER")?.text ?? "")?.[1];
  return [
    ...(stages.length < 2 ? ["what builds is in the image"] : []),
    ...(stages.every(({ image }) => image === "${NODE_IMAGE}") &&
    /^node:\d+-\w+-slim$/.test(args["NODE_IMAGE"] ?? "")
      ? []
      : ["the base cannot be given with its digest, or is no slim one"]),
    ...(start?.exec?.[0] === "node" ? [] : ["node is not the first process"]),
    ...(user === undefined || user === "0" ? ["the user is no number, or root"] : []),
    ...(last.instructions.some(({ name }) => name === "RUN")
      ? ["the last stage runs something"]
      : []),
    ...(all.some(({ name }) => name === "ADD")
      ? ["something is fetched that npm does not check"]
      : []),
    ...(all.some(({ name, exec }) => name === "RUN" && exec === undefined) ? ["a shell runs"] : []),
    ...(all.some(
      ({ name, text }) => /^(?:ENV|ARG)$/.test(name) && /passw|secret|token|_URL/i.test(text),
    )
      ? ["a secret is in the image"]
      : []),
    ...(all.some(({ exec }) => exec?.includes("ci") && exec.includes("--omit=dev"))
      ? []
      : ["tools are installed"]),
  ];
}

test.each(FILES)(
  "%s is built in stages, runs node itself, as no root, without secrets",
  async (file) => {
    expect(faults(await read(file))).toEqual([]);
  },
);

test.each([
  [/^ENTRYPOINT.*$/m, "ENTRYPOINT node main.js", "first process"],
  [/^ENTRYPOINT.*$/m, 'ENTRYPOINT ["npx", "lockstep"]', "first process"],
  [/^USER.*$/m, "USER node", "no number"],
  [/^USER.*$/m, "USER 0", "root"],
  [/^USER.*$/m, "", "root"],
  [/^ENV.*$/m, "ENV DATABASE_URL=postgres://a:b@c/d", "secret"],
  [/--omit=dev/, "--no-fund", "tools"],
  [/=node:22-bookworm-slim/, "=node:latest", "slim"],
])("%s as %s is found", async (pattern, by, words) => {
  const text = await readFile(join(ROOT, FILES[0]), "utf8");
  expect(faults(parseDockerfile(text.replace(pattern, by))).join()).toContain(words);
});

test("what the build stage is given is enough, and what it builds starts as the image starts it", async () => {
  const { stages } = await read("deploy/Dockerfile");
  const [build] = stages;
  const { dir } = await project();
  const ignore = await readFile(join(ROOT, "deploy/Dockerfile.dockerignore"), "utf8");
  const given = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path);
  expect(ignore.startsWith("*\n")).toBe(true);
  for (const path of given) {
    await cp(join(ROOT, path), join(dir, path), { recursive: true });
  }
  // `npm ci` is what npm does; the packages are those that are installed here.
  await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const [node = "", ...args] = build!.instructions.findLast(({ name }) => name === "RUN")!.exec!;
  expect(node).toBe("node");
  const built = spawnSync(process.execPath, args, { cwd: dir, encoding: "utf8" });
  expect(built).toMatchObject({ status: 0, stderr: "" });

  await using db = await freshDatabase();
  const image = await project({ files: { "app/migrations/1_a.sql": "create table a (id int);" } });
  await mkdir(join(image.dir, "opt/lockstep"), { recursive: true });
  await cp(join(dir, "dist"), join(image.dir, "opt/lockstep/dist"), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(image.dir, "opt/lockstep/node_modules"));
  const entry = stages.at(-1)!.instructions.find(({ name }) => name === "ENTRYPOINT")!.exec!;
  const run = await runCli(["up"], {
    cwd: join(image.dir, "app"),
    main: join(image.dir, entry[1]!),
    url: db.url,
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  await expectNoLeftovers(db);
});

/** A process ID namespace, in which the command is number 1, as in a container. */
const UNSHARE = [
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  "--pid",
  "--fork",
  "--kill-child",
];
const canUnshare = spawnSync("unshare", [...UNSHARE, "true"]).status === 0;

describe.skipIf(!canUnshare)(
  "as the first process of a container (needs the program `unshare`)",
  () => {
    const childOf = (pid: number): number =>
      Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);

    test("SIGTERM ends a run in order: 143, its row closed, the message written", async () => {
      await using db = await freshDatabase();
      const { dir: cwd, write } = await project({
        files: { "migrations/1_slow.sql": "select pg_sleep(60);" },
      });
      const log = await write("log", "");
      const main = join(ROOT, "dist/cli/main.js");
      const child = spawn("unshare", [...UNSHARE, process.execPath, main, "up", "--json"], {
        cwd,
        env: {
          PATH: process.env["PATH"],
          HOME: cwd,
          DATABASE_URL: db.url,
          LOCKSTEP_TERMINATION_LOG: log,
        },
      });
      const forget = onProcessEnd(() => child.kill("SIGKILL"));
      onTestEnd(() => void child.kill("SIGKILL"));
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      await waitUntil(() => output.includes("migration-started"), {
        deadlineMs: 30_000,
        what: "the migration to start",
      });
      const node = childOf(child.pid!);
      expect(readFileSync(`/proc/${node}/status`, "utf8")).toMatch(/^NSpid:\t\d+\t1$/m);
      process.kill(node, "SIGTERM");
      expect(await ended, output).toBe(143);
      forget();
      expect(JSON.parse(await readFile(log, "utf8"))).toMatchObject({ exitCode: 143 });
      expect(await db.admin.query("select outcome from lockstep.runs")).toEqual([
        { outcome: "interrupted" },
      ]);
      await expectNoLeftovers(db);
    });
  },
);
