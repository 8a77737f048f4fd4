/** FigureColname of the server: how the result of an expression is called that got no alias. */
import { isFields, stringList, type Fields } from "../../sql/tree.ts";

interface Figured {
  readonly name: string;
  /** A type's name gives way to a better one from inside. */
  readonly weak: boolean;
}

export function figuredName(expression: unknown): string | undefined {
  return figure(expression)?.name;
}

function figure(expression: unknown): Figured | undefined {
  if (!isFields(expression)) return undefined;
  const [entry] = Object.entries(expression);
  if (entry === undefined || !isFields(entry[1])) return undefined;
  const [type, fields] = entry as [string, Fields];
  switch (type) {
    case "ColumnRef":
      return lastOf(fields["fields"]);
    case "A_Indirection":
      return lastOf(fields["indirection"]) ?? figure(fields["arg"]);
    case "FuncCall":
      return lastOf(fields["funcname"]);
    case "A_Expr":
      return fields["kind"] === "AEXPR_NULLIF" ? strong("nullif") : undefined;
    case "TypeCast":
      return figureCast(fields);
    case "CollateClause":
      return figure(fields["arg"]);
    case "CaseExpr": {
      const otherwise = figure(fields["defresult"]);
      return otherwise === undefined || otherwise.weak ? { name: "case", weak: true } : otherwise;
    }
    case "SubLink":
      return figureSubLink(fields);
    case "MinMaxExpr":
      return strong(fields["op"] === "IS_GREATEST" ? "greatest" : "least");
    case "SQLValueFunction":
      return strong(valueFunction(fields["op"]));
    case "XmlExpr":
      return strong(xmlName(fields["op"]));
    default:
      return type in PLAIN ? strong(PLAIN[type]!) : undefined;
  }
}

const PLAIN: Readonly<Record<string, string>> = {
  A_ArrayExpr: "array",
  RowExpr: "row",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
  MergeSupportFunc: "merge_action",
  XmlSerialize: "xmlserialize",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
  JsonObjectConstructor: "json_object",
  JsonArrayConstructor: "json_array",
  JsonArrayQueryConstructor: "json_array",
  JsonObjectAgg: "json_objectagg",
  JsonArrayAgg: "json_arrayagg",
};

function figureCast(fields: Fields): Figured | undefined {
  const inner = figure(fields["arg"]);
  if (inner !== undefined && !inner.weak) return inner;
  const type = isFields(fields["typeName"]) ? lastOf(fields["typeName"]["names"]) : undefined;
  return type === undefined ? inner : { name: type.name, weak: true };
}

function figureSubLink(fields: Fields): Figured | undefined {
  switch (fields["subLinkType"]) {
    case "EXISTS_SUBLINK":
      return strong("exists");
    case "ARRAY_SUBLINK":
      return strong("array");
    case "EXPR_SUBLINK": {
      const select = isFields(fields["subselect"]) ? fields["subselect"]["SelectStmt"] : undefined;
      const targets = isFields(select) ? select["targetList"] : undefined;
      const first: unknown = Array.isArray(targets) ? targets[0] : undefined;
      const target = isFields(first) ? first["ResTarget"] : undefined;
      if (!isFields(target)) return undefined;
      return typeof target["name"] === "string" ? strong(target["name"]) : figure(target["val"]);
    }
    default:
      return undefined;
  }
}

function lastOf(list: unknown): Figured | undefined {
  const name = stringList(list).at(-1);
  return name === undefined ? undefined : strong(name);
}

/** `SVFOP_CURRENT_TIMESTAMP_N` → `current_timestamp`. */
function valueFunction(op: unknown): string {
  return String(op)
    .replace(/^SVFOP_/, "")
    .replace(/_N$/, "")
    .toLowerCase();
}

/** `IS_XMLELEMENT` → `xmlelement`. */
function xmlName(op: unknown): string {
  return String(op).replace(/^IS_/, "").toLowerCase();
}

function strong(name: string): Figured {
  return { name, weak: false };
}
