import { readCases } from "./test/accuracy/read-cases.ts";
import { lintFiles } from "./src/lint/lint.ts";
import { readTruth } from "./test/accuracy/truth-file.ts";
import { compare, shareText } from "./test/accuracy/compare.ts";
const probe = { id: "probe", kind: "lock", severity: "error", summary: "", why: "", instead: "", bad: [], good: [],
  *check(c: any) { for (const w of c.effects.work) if (w.harmful) yield { message: w.cause, longWork: w.kind }; } } as any;
const major = Number(process.argv[2] ?? 18);
const truth = readTruth().get(major)!;
const verdicts = new Map<string, boolean>();
for (const one of readCases()) {
  try {
    const r = await lintFiles({ files: [{path:"1.sql",text:one.history},{path:"2.sql",text:one.sql}], report:["2.sql"], version: major, rules: [probe] });
    verdicts.set(one.id, r.findings.some((f) => f.longWork !== null));
  } catch (e) { console.log("THROWS", one.id, String((e as Error).stack).slice(0,300)); verdicts.set(one.id,false);}
}
const f = compare(truth, verdicts);
console.log(major, shareText(f.precision), shareText(f.recall), f.found, f.silent);
for (const m of f.missed) console.log("missed", m);
for (const m of f.wrong) console.log("wrong", m);
