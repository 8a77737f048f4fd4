/**
 * Operations of Prisma 8 as SQL, with Prisma's rules: an operation whose postchecks all hold already
 * is left out; a precheck or a postcheck that does not hold is an error.
 */
import { Failure } from "../../failures/failure.ts";
import type { JsonValue } from "../../migrations/migration.ts";
import { quoteLiteral } from "../../postgres/identifiers.ts";
import { nextToken } from "../../sql/lexer.ts";
import type { Operation, Package, Step } from "./package.ts";

/** What the first column of a check says; as Prisma understands it, no row says no. */
const HOLDS = "coalesce(pg_catalog.lower(answer) not in ('f', 'false', '0', ''), false)";

export function sqlOf({ operations, ops: { file, bytes } }: Package): string {
  const json = bytes.toString("utf8");
  let text = "";
  let at = 0;
  for (const operation of operations) {
    // On the line of the operation in the file, so that an error names it.
    at = Math.max(at, json.indexOf(JSON.stringify(operation.id), at));
    const line = linesIn(json.slice(0, at));
    text += "\n".repeat(Math.max(0, line - linesIn(text)));
    const fill = (step: Step): string => {
      const filled = withValues(step);
      if (filled !== undefined) return filled;
      throw new Failure({
        class: "file.invalid",
        what: `The operation \`${operation.id}\` has ${step.params.length} params, and its SQL uses others: \`${step.description}\`.`,
        action: "Write the migration again with Prisma.",
        location: { file: file.path, line: line + 1, column: 1 },
      });
    };
    text += statementsOf(operation, fill);
  }
  return text;
}

type Fill = (step: Step) => string;

function statementsOf({ id, precheck, execute, postcheck }: Operation, fill: Fill): string {
  const before = precheck.map((step) => demand(step, fill, `The operation ${id} cannot run`));
  if (postcheck.length === 0) {
    // Nothing to leave out: the statements can be seen, and what locks they take is known.
    const plain = execute.map((step) => `${fill(step)}\n;\n`).join("");
    return (before.length === 0 ? "" : block(before)) + plain;
  }
  const probe = postcheck.map((step) => `${ask(step, fill)} exit probe when not ${HOLDS};`);
  return block([
    `<<probe>> begin ${probe.join(" ")} return; end probe;`,
    ...before,
    ...execute.map((step) => `execute ${quoteLiteral(fill(step))};`),
    ...postcheck.map((step) => demand(step, fill, `The operation ${id} has not done its work`)),
  ]);
}

function demand(step: Step, fill: Fill, what: string): string {
  const message = quoteLiteral(`${what}: ${step.description}`);
  return `${ask(step, fill)} if not ${HOLDS} then raise exception using message = ${message}; end if;`;
}

function ask(step: Step, fill: Fill): string {
  // Without a row the variable would be set to null, too; a check with no result would keep it.
  return `answer := null; execute ${quoteLiteral(fill(step))} into answer;`;
}

function block(statements: readonly string[]): string {
  const body = ` declare answer pg_catalog.text; begin ${statements.join(" ")} end `;
  let tag = "$operation$";
  for (let n = 1; body.includes(tag); n++) tag = `$operation${n}$`;
  return `do ${tag}${body}${tag};\n`;
}

/** The parameters put in as literals; undefined when it uses fewer or more than it has. */
function withValues({ sql, params }: Step): string | undefined {
  // As it is: what is no parameter, in the body of a function, looks like one.
  if (params.length === 0) return sql;
  const bytes = Buffer.from(sql);
  const used = new Set<number>();
  let text = "";
  let copied = 0;
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (token.kind !== "parameter") continue;
    const number = Number(bytes.toString("latin1", token.start + 1, token.end));
    if (number < 1 || number > params.length) return undefined;
    used.add(number);
    // In parentheses, so that it never continues a string before it.
    text += `${bytes.toString("utf8", copied, token.start)}(${literal(params[number - 1]!)})`;
    copied = token.end;
  }
  if (used.size !== params.length) return undefined;
  return text + bytes.toString("utf8", copied);
}

/** Its type is found by PostgreSQL as that of an untyped parameter, which is what Prisma sends. */
function literal(value: JsonValue): string {
  return value === null ? "null" : quoteLiteral(textOf(value));
}

/** As the driver that Prisma uses writes values: lists as arrays, objects as JSON. */
function textOf(value: JsonValue): string {
  if (isList(value)) return `{${value.map(elementOf).join(",")}}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function elementOf(value: JsonValue): string {
  if (value === null) return "NULL";
  return isList(value) ? textOf(value) : `"${textOf(value).replaceAll(/["\\]/g, "\\$&")}"`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
