/** Every pattern under several configurations: against the API's types and the known traps. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { buildManifests } from "../../src/manifests/build.ts";
import { jobDeadline } from "../../src/manifests/deadline.ts";
import { PATTERNS } from "../../src/manifests/manifest.ts";
import { manifestOptions } from "../../src/manifests/options.ts";
import { validateObject } from "./models.ts";
import { jobSpecOf, ours, templateOf } from "./objects.ts";
import { contextOf, DIGEST, IMAGE, inputOf, objectsOf, type Given } from "./support.ts";
import { trapsIn } from "./traps.ts";

const EVERYTHING: Given = {
  config: {
    name: "shop",
    namespace: "production",
    secret: { name: "db-owner", key: "direct-url" },
    gateSecret: { name: "db-app" },
    command: ["node", "/opt/lockstep/dist/cli/main.js"],
    serviceAccount: "shop-migrate",
    imagePullSecrets: ["registry"],
    backoffLimit: 2,
    longestMigration: 7_200_000,
    gateTimeout: 1_800_000,
    schedule: "*/15 2-4 * * *",
    runAsUser: 65_532,
    priorityClass: "deploys",
    resources: { cpu: "100m", memory: "256Mi", memoryLimit: "512Mi" },
    labels: { team: "checkout", version: "1e3", "on.call": "no" },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      NODE_OPTIONS: "--trace-warnings # x",
    },
  },
  environment: "production",
};

const CASES: readonly (readonly [string, Given])[] = [
  ["an image alone", {}],
  ["everything configured", EVERYTHING],
  ["a name that is too long", { name: "a".repeat(63) }],
  ["short waits", { waits: { connectWaitMs: 1, lockWaitMs: 1, budgetMs: 1 } }],
  ["long waits", { waits: { connectWaitMs: 60_000, lockWaitMs: 36_000_000, budgetMs: 3_600_000 } }],
  [
    "a readiness probe",
    { gate: "readiness", config: { readiness: { port: 8080, path: "/ready" } } },
  ],
];

describe.each(PATTERNS)("%s", (pattern) => {
  test.each(CASES)("is what the API takes, and has no trap: %s", async (_, given) => {
    const objects = await objectsOf(pattern, given);
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) validateObject(object);
    expect(trapsIn(objects, contextOf(given))).toEqual([]);
  });

  test("the text says the same as the object, and why", async () => {
    for (const [, given] of CASES) {
      for (const { yaml, object } of await buildManifests(
        pattern,
        manifestOptions(inputOf(given)),
      )) {
        const document = parseDocument(yaml, { strict: true, uniqueKeys: true });
        expect(document.errors).toEqual([]);
        expect(document.toJS()).toEqual(object);
        expect(yaml.split("\n").filter((line) => /^\s*#/.test(line)).length).toBeGreaterThan(8);
        expect(yaml.split("\n").filter((line) => /^\s*#/.test(line) && line.length > 100)).toEqual(
          [],
        );
      }
    }
  });

  test("nothing of the machine and of the time is in it", async () => {
    expect(await objectsOf(pattern)).toEqual(await objectsOf(pattern));
  });
});

describe("names", () => {
  test("another image or other settings are another Job; the same are the same", async () => {
    const nameOf = async (given: Given): Promise<string> =>
      (await objectsOf("job", given))[0]!.metadata.name;
    const first = await nameOf({});
    expect(first).toMatch(/^shop-migrate-0123456789-[0-9a-f]{4}$/);
    expect(await nameOf({ config: { secret: { name: "other" } } })).not.toBe(first);
    const other = DIGEST.replace("0123", "3210");
    expect(await nameOf({ image: `registry.example.com/team/shop@${other}` })).not.toContain(
      "0123456789",
    );
    expect(await nameOf({ image: "shop:1.2.3" })).toBe(await nameOf({ image: "shop:1.2.3" }));
    expect(await nameOf({ image: "shop:1.2.3" })).not.toBe(await nameOf({ image: "shop:1.2.4" }));
  });

  test("the CronJob keeps its name, because each release changes it to its own", async () => {
    const names = await Promise.all(
      [IMAGE, "shop:2"].map(
        async (image) => (await objectsOf("cronjob", { image }))[0]!.metadata.name,
      ),
    );
    expect(names).toEqual(["shop-contract", "shop-contract"]);
  });
});

describe("deadlines", () => {
  test("a Job has time for all that its attempts may wait, whatever is configured", () => {
    const ms = fc.integer({ min: 0, max: 90_000_000 });
    fc.assert(
      fc.property(
        ms,
        ms,
        ms,
        fc.nat(10),
        ms,
        (connectWaitMs, lockWaitMs, budgetMs, limit, work) => {
          const { seconds } = jobDeadline({ connectWaitMs, lockWaitMs, budgetMs }, limit, work);
          const waits = ((connectWaitMs + lockWaitMs + budgetMs) * (limit + 1)) / 1000;
          expect(seconds * 1000).toBeGreaterThanOrEqual(waits * 1000 + work);
          expect(Number.isInteger(seconds)).toBe(true);
        },
      ),
    );
  });

  test("the comment has the sum that it is made of", async () => {
    const [job] = await buildManifests("job", manifestOptions(inputOf()));
    const words = job!.yaml.replaceAll(/\n\s*# /g, " ");
    expect(words).toContain(
      "5 × (connectWait 60 s + lockWait 600 s + budget 600 s) + 150 s between attempts + 1800 s of work",
    );
    expect(5 * 1260 + 150 + 1800).toBeLessThanOrEqual(8280);
    expect(job!.yaml).toContain("activeDeadlineSeconds: 8280");
  });

  test("one that is given and too short is refused, with the sum", () => {
    const given = inputOf({ config: { deadline: "10m" } });
    expect(() => manifestOptions(given)).toThrow(
      /600 s, and the runs that it ends may need 8280 s/,
    );
    expect(manifestOptions(inputOf({ config: { deadline: "3h" } })).deadline.seconds).toBe(10_800);
  });
});

describe("what is refused", () => {
  test.each([
    [{ command: ["npx", "lockstep"] }, "begins with `npx`"],
    [{ command: ["/bin/sh", "-c", "lockstep up"] }, "begins with `sh`"],
    [{ env: { DATABASE_URL: "postgres://a:b@c/d" } }, "looks like a secret"],
    [{ env: { OPTIONS: "host=db password=hunter2" } }, "looks like a secret"],
  ])("%o", (config, words) => {
    expect(() => manifestOptions(inputOf({ config }))).toThrow(words);
  });

  test.each(["", "Shop", "shop@sha256:12", "http://x/y", "shop latest", "-x"])(
    "image %o",
    (image) => {
      expect(() => manifestOptions(inputOf({ image }))).toThrow(
        "no reference to a container image",
      );
    },
  );
});

test("the environment and the variables of the configuration reach the container", async () => {
  const [job] = await objectsOf("job", EVERYTHING);
  expect(ours(job!)[0]!.env).toEqual([
    { name: "LOCKSTEP_URL", valueFrom: { secretKeyRef: { name: "db-owner", key: "direct-url" } } },
    { name: "LOCKSTEP_TERMINATION_LOG", value: "/dev/termination-log" },
    { name: "LOCKSTEP_ENV", value: "production" },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://collector:4318" },
    { name: "NODE_OPTIONS", value: "--trace-warnings # x" },
  ]);
  expect(job!.metadata.labels).toMatchObject({ version: "1e3", "on.call": "no" });
  expect(templateOf(job!)!.spec.serviceAccountName).toBe("shop-migrate");
});

test("what a Job counts and what it gives up at comes from the table of exit codes", async () => {
  const [job] = await objectsOf("job");
  const rules = jobSpecOf(job!)!.podFailurePolicy!.rules;
  expect(rules[1]!.onExitCodes!.values).toEqual([64, 65, 70, 77, 78, 79, 80, 81]);
});

test("the time to stop is what the code takes at most", async () => {
  const { readFile } = await import("node:fs/promises");
  const { STOP_SECONDS } = await import("../../src/manifests/parts/pod.ts");
  const constantOf = async (file: string, name: string): Promise<number> => {
    const text = await readFile(new URL(`../../src/${file}`, import.meta.url), "utf8");
    const found = new RegExp(`const ${name} = ([\\d_]+);`).exec(text)?.[1];
    if (found === undefined) throw new Error(`${file} has no ${name} any more: look again`);
    return Number(found.replaceAll("_", ""));
  };
  const stop =
    (await constantOf("runner/hold-lock.ts", "STOP_GRACE_MS")) +
    (await constantOf("cli/sinks.ts", "CLOSE_BUDGET_MS")) +
    (await constantOf("cli/main.ts", "LINGER_MS"));
  expect(stop).toBe(STOP_SECONDS * 1000);
});

test("what looks like an expression of Helm stays text in a template", async () => {
  const given = { config: { env: { FORMAT: "{{ .Values.x }}" } } };
  const [hook] = await buildManifests("helm-hook", manifestOptions(inputOf(given)));
  expect(hook!.yaml).toContain('{{ "{{" }} .Values.x }}');
});
