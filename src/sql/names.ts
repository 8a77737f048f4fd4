/**
 * What a file creates and what it refers to, for ordering repeatables. Names are compared as
 * PostgreSQL stores them, folded again to lower case so that a needlessly quoted name still
 * matches, and appear with and without their schema: a false dependency only costs an ordering.
 */
import { isComment, nextToken } from "./lexer.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { bodies, isFields, stringList, walk, type Fields } from "./tree.ts";

export interface DefinesAndNeeds {
  readonly defines: string[];
  /** Everything referred to that the file does not create itself, weak references included. */
  readonly needs: string[];
}

export function definesAndNeeds(file: ParsedFile): DefinesAndNeeds {
  const defines = new Set<string>();
  const needs = new Set<string>();
  for (const statement of file.statements) {
    addDefined(statement, defines);
    for (const name of neededBy(statement)) needs.add(name);
  }
  for (const name of defines) needs.delete(name);
  return { defines: [...defines].sort(), needs: [...needs].sort() };
}

function addDefined({ node }: Statement, defines: Set<string>): void {
  const [type, fields] = Object.entries(node)[0] as [string, Fields];
  switch (type) {
    case "ViewStmt":
      return addRelation(fields["view"], defines);
    case "CreateStmt":
    case "CreateForeignTableStmt":
    case "CreateSeqStmt":
      return addRelation(
        fields["relation"] ?? fields["sequence"] ?? relationIn(fields["base"]),
        defines,
      );
    case "CreateTableAsStmt":
      return addRelation(relOf(fields["into"]), defines);
    case "CompositeTypeStmt":
      return addRelation(fields["typevar"], defines);
    case "CreateFunctionStmt":
      return addQualified(stringList(fields["funcname"]), defines);
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return addQualified(stringList(fields["typeName"]), defines);
    case "CreateDomainStmt":
      return addQualified(stringList(fields["domainname"]), defines);
    case "DefineStmt": // aggregates, operators, base types, collations
      return addQualified(stringList(fields["defnames"]), defines);
    case "CreateTrigStmt":
      return addText(fields["trigname"], defines);
  }
}

function neededBy(statement: Statement): Set<string> {
  const needs = new Set<string>();
  const common = new Set<string>();
  const visit = (type: string, fields: Fields) => {
    if (type === "CommonTableExpr") addText(fields["ctename"], common);
    else if (typeof fields["relname"] === "string") addRelation(fields, needs);
    else if (type === "FuncCall" || type === "funccall" || type === "CreateTrigStmt") {
      addQualified(stringList(fields["funcname"]), needs);
    } else if (type === "TypeName" || type.toLowerCase().endsWith("typename"))
      addType(fields, needs);
    else if (type === "returnType" || type === "argType") addType(fields, needs);
    else if (type === "ObjectWithArgs") addQualified(stringList(fields["objname"]), needs);
  };
  walk(statement.node, visit);
  if ("DropStmt" in statement.node) addDropped(statement.node.DropStmt.objects, needs);
  for (const body of bodies(statement.node)) addIdentifiers(body, needs);
  // A name that WITH gives exists in its statement only.
  for (const name of common) needs.delete(name);
  return needs;
}

/** Built-in types come qualified with pg_catalog and are nobody's dependency. */
function addType(fields: Fields, names: Set<string>): void {
  const name = stringList(fields["names"]);
  if (name[0] !== "pg_catalog") addQualified(name, names);
}

function addDropped(objects: unknown, names: Set<string>): void {
  if (!Array.isArray(objects)) return;
  for (const object of objects as unknown[]) {
    if (isFields(object) && isFields(object["List"])) {
      addQualified(stringList(object["List"]["items"]), names);
    }
  }
}

/**
 * Bodies given as strings are known to the server only when they run: every identifier in them may
 * be a reference.
 */
function addIdentifiers(body: string, names: Set<string>): void {
  const bytes = Buffer.from(body, "utf8");
  let before: string[] = [];
  let dotted = false;
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (isComment(token)) continue;
    const text = bytes.toString("utf8", token.start, token.end);
    if (token.kind === "word" || token.kind === "identifier") {
      const name = token.kind === "identifier" ? text.slice(1, -1).replaceAll('""', '"') : text;
      before = dotted ? [...before.slice(-1), name] : [name];
      addQualified(before, names);
      dotted = false;
    } else {
      dotted = text === "." && before.length > 0;
      if (!dotted) before = [];
    }
  }
}

function addRelation(relation: unknown, names: Set<string>): void {
  if (!isFields(relation)) return;
  const { schemaname, relname } = relation;
  if (typeof relname !== "string") return;
  addQualified(typeof schemaname === "string" ? [schemaname, relname] : [relname], names);
}

function addQualified(name: readonly string[], names: Set<string>): void {
  const last = name.at(-1);
  if (last === undefined) return;
  names.add(last.toLowerCase());
  if (name.length > 1) names.add(name.slice(-2).join(".").toLowerCase());
}

function addText(value: unknown, names: Set<string>): void {
  if (typeof value === "string") names.add(value.toLowerCase());
}

function relationIn(base: unknown): unknown {
  return isFields(base) ? base["relation"] : undefined;
}

function relOf(into: unknown): unknown {
  return isFields(into) ? into["rel"] : undefined;
}
