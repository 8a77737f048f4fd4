/**
 * What GitLab has no action for. Copy to ci/.
 *
 *   node ci/lockstep-gitlab.mjs note FILE                 keeps one note on the merge request
 *   node ci/lockstep-gitlab.mjs outputs STATUS FILES…     prints variables for a dotenv report
 */
import { readFileSync } from "node:fs";

const [, , what, ...rest] = process.argv;
const { env } = process;
/** GitLab takes a million characters. */
const LONGEST_NOTE = 900_000;

if (what === "note") await keepNote(rest[0]);
else if (what === "outputs") printOutputs(rest[0], rest.slice(1));
else throw new Error("note or outputs?");

/** Without a token the plan is in the log only, and the job does not fail for it. */
async function keepNote(file) {
  const { GITLAB_NOTE_TOKEN: token, CI_MERGE_REQUEST_IID: number } = env;
  if (!token || !number) return console.log("No token or no merge request: there is no note.");
  const marker = `<!-- lockstep-plan ${env.LOCKSTEP_ENV ?? ""} -->`;
  const text = readFileSync(file, "utf8").trimEnd().slice(0, LONGEST_NOTE);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const body = `${marker}\n### Lockstep plan\n\n${fence}text\n${text}\n${fence}\n`;
  const notes = `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}/merge_requests/${number}/notes`;
  try {
    for (let page = "1"; page;) {
      const response = await ask("GET", `${notes}?per_page=100&page=${page}`, token);
      const found = (await response.json()).find((note) => note.body.startsWith(marker));
      if (found !== undefined) {
        await ask("PUT", `${notes}/${found.id}`, token, body);
        return;
      }
      page = response.headers.get("x-next-page") ?? "";
    }
    await ask("POST", notes, token, body);
  } catch (error) {
    console.log(`The note cannot be written: ${error.message}`);
  }
}

async function ask(method, url, token, body) {
  const response = await fetch(url, {
    method,
    headers: { "private-token": token, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify({ body }) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response;
  throw new Error(`GitLab answers ${response.status} to ${method}`);
}

/** Of `plan --json`, `up --json` and `status --json`, whichever are there. */
function printOutputs(status, files) {
  const found = files.flatMap(documents);
  const end = found.findLast(({ event }) => event === "run-finished");
  const plan = found.find(({ migrations, refused }) => migrations && refused);
  const failure = found.findLast((one) => one.failure)?.failure ?? plan?.refused[0]?.failure;
  const planned = plan && [...plan.migrations, ...plan.refused].map(({ id }) => id);
  const values = {
    APPLIED: end?.applied.length ?? 0,
    APPLIED_LIST: (end?.applied ?? []).join(","),
    PENDING: end?.remaining ?? planned?.length ?? "",
    PENDING_LIST: (planned ?? []).join(","),
    CURRENT: found.find(({ current }) => current !== undefined)?.current ?? "",
    FAILURE_CLASS: failure?.class ?? "",
    EXIT_CODE: status,
    RUN_ID: end?.runId ?? "",
  };
  for (const [name, value] of Object.entries(values)) console.log(`MIGRATIONS_${name}=${value}`);
}

/** A document, or one on each line. */
function documents(file) {
  const text = readFileSync(file, "utf8").trim();
  if (text === "") return [];
  return text.startsWith("{\n")
    ? [JSON.parse(text)]
    : text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
}
