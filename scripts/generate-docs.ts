/**
 * Writes the pages in docs/ that are generated from tables in the code, so that the two cannot
 * disagree. Run `npx jiti scripts/generate-docs.ts` after a change of such a table; with `--check`
 * nothing is written, stale pages are named, and the exit code is 1 when there are any.
 *
 * A further page is one entry in GENERATORS.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderCliDocs } from "../src/cli/docs.ts";
import { renderLockDocs } from "../src/locks/docs.ts";
import { chartFiles } from "../src/manifests/chart/files.ts";
import { renderAccuracyPage } from "./docs/accuracy.ts";
import { renderExitCodesPage } from "./docs/exit-codes.ts";
import { renderFailuresPage } from "./docs/failures.ts";
import { renderFaultInjectionPage } from "./docs/fault-injection.ts";
import { renderRunbookPage } from "./docs/runbook.ts";
import { renderMetricCataloguePage } from "./docs/metric-catalogue.ts";
import { exampleManifests } from "./docs/kubernetes-example.ts";
import { rulePages } from "./docs/rules.ts";

export interface Generator {
  /** Relative to the root of the project. */
  readonly file: string;
  /** The whole page; must not depend on time, place or the machine. */
  readonly render: () => string | Promise<string>;
}

export const GENERATORS: readonly Generator[] = [
  { file: "docs/failures.md", render: renderFailuresPage },
  { file: "docs/exit-codes.md", render: renderExitCodesPage },
  { file: "docs/runbook.md", render: renderRunbookPage },
  { file: "docs/cli.md", render: renderCliDocs },
  { file: "docs/locks.md", render: renderLockDocs },
  { file: "docs/fault-injection.md", render: renderFaultInjectionPage },
  { file: "docs/metric-catalogue.md", render: renderMetricCataloguePage },
  ...rulePages(),
  ...chartFiles(),
  ...exampleManifests(),
  { file: "docs/accuracy.md", render: renderAccuracyPage },
];

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

async function main(check: boolean): Promise<number> {
  const stale: string[] = [];
  for (const { file, render } of GENERATORS) {
    const path = join(ROOT, file);
    const wanted = await render();
    if ((await read(path)) === wanted) continue;
    stale.push(file);
    if (check) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
  report(stale, check);
  return check && stale.length > 0 ? 1 : 0;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

function report(stale: readonly string[], check: boolean): void {
  if (stale.length === 0) console.log("Generated pages are fresh.");
  for (const file of stale) console.log(check ? `Stale: ${file}` : `Written: ${file}`);
  if (check && stale.length > 0) console.log("Run `npx jiti scripts/generate-docs.ts`.");
}

process.exitCode = await main(process.argv.includes("--check"));
