/** `lockstep manifests` as it is typed: real processes, and no database anywhere. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PATTERNS } from "../../src/manifests/manifest.ts";
import { runCli } from "../support/cli.ts";
import { project } from "../support/project.ts";
import { validateObject } from "./models.ts";
import { parseObjects, templateOf } from "./objects.ts";
import { contextOf, IMAGE } from "./support.ts";
import { trapsIn } from "./traps.ts";

test.each(PATTERNS)("--pattern %s prints YAML, and the same as JSON", async (pattern) => {
  const { dir: cwd } = await project();
  const args = ["manifests", "--pattern", pattern, "--image", IMAGE];
  // Nothing answers there: whoever connected would fail.
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
  const yaml = await runCli(args, { cwd, env });
  expect(yaml).toMatchObject({ code: 0, stderr: "" });
  const objects = parseObjects(yaml.stdout);
  for (const object of objects) validateObject(object);
  expect(trapsIn(objects, contextOf())).toEqual([]);
  const json = await runCli([...args, "--json"], { cwd, env });
  expect([json.json()].flat()).toEqual(objects);
});

test("names, limits and secrets come from the configuration, and flags win", async () => {
  const { dir: cwd } = await project({
    config: {
      lockWait: "30m",
      kubernetes: {
        name: "shop",
        namespace: "prod",
        image: IMAGE,
        secret: { name: "owner", key: "dsn" },
      },
      environments: { staging: { kubernetes: { name: "shop-staging", image: IMAGE } } },
    },
  });
  const job = async (...flags: string[]) =>
    (await runCli(["manifests", "--pattern", "job", "--json", ...flags], { cwd })).json() as {
      metadata: { name: string; namespace?: string };
      spec: { activeDeadlineSeconds: number };
    };
  const configured = await job();
  expect(configured.metadata).toMatchObject({
    name: expect.stringMatching(/^shop-migrate-/),
    namespace: "prod",
  });
  expect(configured.spec.activeDeadlineSeconds).toBe(5 * (60 + 1800 + 600) + 150 + 1800 + 30);
  expect(JSON.stringify(configured)).toContain('"secretKeyRef":{"name":"owner","key":"dsn"}');
  expect((await job("--namespace", "other", "--name", "till")).metadata).toMatchObject({
    name: expect.stringMatching(/^till-migrate-/),
    namespace: "other",
  });
  const staging = await job("--env", "staging");
  expect(staging.metadata.name).toMatch(/^shop-staging-migrate-/);
  expect(JSON.stringify(staging)).toContain('{"name":"LOCKSTEP_ENV","value":"staging"}');
});

test("--output writes a file for each object and says which", async () => {
  const { dir: cwd } = await project();
  const args = ["manifests", "--pattern", "gate", "--image", IMAGE, "--output", "k8s/base"];
  expect(await runCli(args, { cwd })).toMatchObject({
    code: 0,
    stdout: "k8s/base/shop-deployment.yaml\n",
  });
  expect(await readdir(join(cwd, "k8s/base"))).toEqual(["shop-deployment.yaml"]);
  const text = await readFile(join(cwd, "k8s/base/shop-deployment.yaml"), "utf8");
  expect(parse(text)).toMatchObject({ kind: "Deployment" });
});

test("a tag is allowed, with a warning that is not in the YAML", async () => {
  const { dir: cwd } = await project();
  const run = await runCli(["manifests", "--pattern", "job", "--image", "shop:1.2.3"], { cwd });
  expect(run).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^warning: shop:1\.2\.3 is a tag/),
  });
  expect(templateOf(parseObjects(run.stdout)[0]!)!.spec.containers[0]!.image).toBe("shop:1.2.3");
});

test("the readiness probe instead of an init container", async () => {
  const { dir: cwd } = await project();
  const args = ["manifests", "--pattern", "gate", "--gate", "readiness", "--image", IMAGE];
  const [deployment] = parseObjects((await runCli(args, { cwd })).stdout);
  const { initContainers, containers } = templateOf(deployment!)!.spec;
  expect(initContainers).toBeUndefined();
  expect(containers[0]!.readinessProbe).toMatchObject({
    httpGet: { path: "/readyz", port: "http" },
  });
});

test.each([
  [["--pattern", "job"], {}, 64, "No image is given"],
  [["--pattern", "pod", "--image", IMAGE], {}, 64, "one of job, helm-hook"],
  [["--image", IMAGE], {}, 64, "pattern"],
  [["--pattern", "job", "--image", IMAGE, "--name", "Shop!"], {}, 64, "cannot be a name"],
  [["--pattern", "job"], { kubernetes: { imag: IMAGE } }, 78, "did you mean `image`"],
  [["--pattern", "job"], { kubernetes: { secret: { nam: "x" } } }, 78, "did you mean `name`"],
  [["--pattern", "job"], { kubernetes: { env: { "A B": "" } } }, 78, "the name of a variable"],
  [["--pattern", "job"], { kubernetes: { labels: { "a b": "" } } }, 78, "the key of a label"],
  [["--pattern", "job"], { kubernetes: { labels: { a: "b c" } } }, 78, "a label"],
  [["--pattern", "job"], { kubernetes: { runAsUser: 0 } }, 78, "at least 1"],
  [["--pattern", "job"], { kubernetes: { image: IMAGE, command: ["npm", "exec"] } }, 78, "SIGTERM"],
  [["--pattern", "job"], { kubernetes: { image: IMAGE, deadline: "1m" } }, 78, "8280 s"],
] as const)("%j with %j ends with %i", async (flags, config, code, words) => {
  const { dir: cwd } = await project({ config });
  const run = await runCli(["manifests", ...flags], { cwd });
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(words);
  expect(run.stdout).toBe("");
});
