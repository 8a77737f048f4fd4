import { readCases } from "./test/accuracy/read-cases.ts";
import { runSquawk } from "./test/accuracy/squawk.ts";
const one = readCases()[20]!;
console.log(one, await runSquawk([{path:"h",text:one.history},{path:"c",text:one.sql}],18,true));
