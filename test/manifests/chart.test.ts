/** The chart of deploy/helm with the real helm: what it renders, for several values. */
import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { chartFiles } from "../../src/manifests/chart/files.ts";
import { project } from "../support/project.ts";
import { helm, skipWithoutHelm } from "./helm.ts";
import { validateObject } from "./models.ts";
import { ours, parseObjects, templateOf, type KubeObject } from "./objects.ts";
import { contextOf, IMAGE, objectsOf } from "./support.ts";
import { trapsIn } from "./traps.ts";

const ROOT = join(import.meta.dirname, "../..");
const CHART = join(ROOT, "deploy/helm/lockstep-migrations");
const BASE = { image: IMAGE, secret: { name: "shop-migrator" } };

const VALUES: readonly (readonly [string, Record<string, unknown>])[] = [
  ["the least that it needs", BASE],
  [
    "everything",
    {
      ...BASE,
      nameOverride: "shop",
      env: { LOCKSTEP_ENV: "production", TEXT: 'a "quoted": {{ value }} # no comment' },
      serviceAccount: {
        create: true,
        annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x" },
      },
      imagePullSecrets: [{ name: "registry" }],
      priorityClassName: "deploys",
      runAsUser: 65_532,
      backoffLimit: 2,
      activeDeadlineSeconds: 12_000_000,
      labels: { team: "checkout" },
      contract: { enabled: true, schedule: "*/5 * * * *" },
      command: ["node", "/opt/lockstep/dist/cli/main.js"],
    },
  ],
  ["Argo CD", { ...BASE, hooks: "argo", serviceAccount: { create: true } }],
  [
    "no hooks",
    { ...BASE, hooks: "none", serviceAccount: { create: true }, contract: { enabled: true } },
  ],
  ["a service account of somebody else", { ...BASE, serviceAccount: { name: "identity" } }],
  ["a long name", { ...BASE, nameOverride: "a".repeat(63), contract: { enabled: true } }],
];

async function render(values: object, release = "shop"): Promise<KubeObject[]> {
  const { dir, write } = await project();
  const file = await write("values.yaml", stringify(values));
  const { code, stdout, stderr } = await helm(["template", release, CHART, "-f", file], dir);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return parseObjects(stdout);
}

test("the committed chart is what the generator writes", async () => {
  for (const { file, render } of chartFiles()) {
    expect(await readFile(join(ROOT, file), "utf8"), file).toBe(await render());
  }
});

describe.skipIf(skipWithoutHelm())("helm", () => {
  test.each(VALUES)("renders what the API takes, without a trap: %s", async (_, values) => {
    const objects = await render(values);
    for (const object of objects) validateObject(object);
    expect(trapsIn(objects, contextOf())).toEqual([]);
    expect(objects.find(({ kind }) => kind === "Job")).toBeDefined();
  });

  test("lint finds nothing", async () => {
    const { dir, write } = await project();
    const file = await write("values.yaml", stringify(BASE));
    const { code, stdout } = await helm(["lint", CHART, "--strict", "-f", file], dir);
    expect(stdout).toContain("1 chart(s) linted, 0 chart(s) failed");
    expect(code).toBe(0);
  });

  test("the Job is the one that the command prints", async () => {
    const [job] = (await render(BASE)).filter(({ kind }) => kind === "Job");
    const [printed] = await objectsOf("helm-hook");
    const { labels: _a, ...metadata } = job!.metadata;
    const { labels: _b, ...theirs } = printed!.metadata;
    expect(metadata).toEqual(theirs);
    const spec = (one: KubeObject): unknown => ({
      ...(one.spec as object),
      template: templateOf(one)!.spec,
    });
    expect(spec(job!)).toEqual(spec(printed!));
  });

  test("big numbers stay whole, and texts stay texts", async () => {
    const [, everything] = VALUES[1]!;
    const objects = await render(everything);
    const job = objects.find(({ kind }) => kind === "Job")!;
    expect((job.spec as { activeDeadlineSeconds: number }).activeDeadlineSeconds).toBe(12_000_000);
    expect(ours(job)[0]!.env).toContainEqual({
      name: "TEXT",
      value: 'a "quoted": {{ value }} # no comment',
    });
  });

  test("without hooks other settings or another image are another Job; with hooks only an image is", async () => {
    const nameOf = async (values: object): Promise<string> =>
      (await render({ ...BASE, ...values })).find(({ kind }) => kind === "Job")!.metadata.name;
    const plain = await nameOf({ hooks: "none" });
    expect(plain).toMatch(/^shop-migrate-0123456789-[0-9a-f]{4}$/);
    expect(await nameOf({ hooks: "none", backoffLimit: 3 })).not.toBe(plain);
    expect(await nameOf({ hooks: "none" })).toBe(plain);
    expect(await nameOf({ backoffLimit: 3 })).toBe("shop-migrate-0123456789");
    expect(await nameOf({ image: "shop:1" })).not.toBe(await nameOf({ image: "shop:2" }));
  });

  test.each([
    [{}, "image is required"],
    [{ image: IMAGE }, "secret.name is required"],
    [{ ...BASE, hooks: "sync" }, "hooks"],
    [{ ...BASE, runAsUser: 0 }, "runAsUser"],
    [{ ...BASE, backoffLimit: "many" }, "backoffLimit"],
    [{ ...BASE, secret: { nam: "x" } }, "nam"],
  ])("%o is refused", async (values, words) => {
    const { dir, write } = await project();
    const file = await write("values.yaml", stringify(values));
    const { code, stderr } = await helm(["template", "shop", CHART, "-f", file], dir);
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
  });

  test("a chart above it puts the gate into its own Deployment", async () => {
    const parent = await project({
      files: {
        "Chart.yaml":
          "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - name: lockstep-migrations\n    version: 0.1.0\n",
        "values.yaml": stringify({
          "lockstep-migrations": {
            ...BASE,
            gate: { secret: { name: "shop-app" }, timeoutSeconds: 300 },
          },
        }),
        "templates/deployment.yaml": PARENT,
      },
    });
    await mkdir(join(parent.dir, "charts"));
    await cp(CHART, join(parent.dir, "charts/lockstep-migrations"), { recursive: true });
    const { stdout, stderr } = await helm(["template", "shop", parent.dir], parent.dir);
    expect(stderr).toBe("");
    const objects = parseObjects(stdout);
    for (const object of objects) validateObject(object);
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual(["Deployment", "Job"]);
    expect(trapsIn(objects, contextOf())).toEqual([]);
    const gate = objects.flatMap(ours).find(({ name }) => name === "gate");
    expect(gate).toMatchObject({ image: IMAGE, args: ["gate", "--timeout", "300s"] });
  });

  test("what `lockstep manifests` prints for a chart of one's own is a template that gives it back", async () => {
    const given = { config: { env: { FORMAT: "{{ .Values.x }} }}" } } };
    const { buildManifests } = await import("../../src/manifests/build.ts");
    const { manifestOptions } = await import("../../src/manifests/options.ts");
    const { inputOf } = await import("./support.ts");
    const [hook] = await buildManifests("helm-hook", manifestOptions(inputOf(given)));
    const own = await project({
      files: {
        "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "templates/hook.yaml": hook!.yaml,
      },
    });
    const { stdout, stderr } = await helm(["template", "shop", own.dir], own.dir);
    expect(stderr).toBe("");
    const [job] = parseObjects(stdout);
    expect(ours(job!)[0]!.env).toContainEqual({ name: "FORMAT", value: "{{ .Values.x }} }}" });
  });
});

const PARENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  progressDeadlineSeconds: 900
  selector:
    matchLabels: { app: shop }
  template:
    metadata:
      labels: { app: shop }
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      initContainers:
        {{- include "lockstep-migrations.gate" (index .Subcharts "lockstep-migrations") | nindent 8 }}
      containers:
        - name: app
          image: ${IMAGE}
      volumes:
        {{- include "lockstep-migrations.gateVolumes" (index .Subcharts "lockstep-migrations") | nindent 8 }}
`;
