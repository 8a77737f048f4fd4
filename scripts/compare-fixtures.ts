/**
 * What Squawk says about the fixtures, and what becomes of it in lint; one line each, except for
 * what lint says too:
 *
 *   npx jiti scripts/compare-fixtures.ts
 */
import { compareFixtures, OUTCOMES } from "../test/accuracy/union.ts";

const { findings, unread } = await compareFixtures();
for (const folder of unread) console.log(`left out: ${folder}`);
for (const outcome of OUTCOMES) {
  const those = findings.filter((one) => one.outcome === outcome);
  console.log(`${outcome}: ${those.length}`);
  for (const rule of new Set(those.map((one) => one.rule))) {
    const places = those.filter((one) => one.rule === rule);
    console.log(`  ${rule}: ${places.length}`);
    if (outcome !== "nothing found") continue;
    for (const { file, line } of places) console.log(`    ${file}:${line}`);
  }
}
