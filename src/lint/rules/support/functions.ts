/** Options of CREATE FUNCTION and ALTER FUNCTION. */
import type { DefElem, Node } from "@pgsql/types";
import { type Name, nameIn } from "../../../catalog/find.ts";

export interface FunctionOptions {
  readonly name: Name | undefined;
  readonly options: readonly DefElem[];
  readonly creates: boolean;
}

export function functionOptions(node: Node): FunctionOptions | undefined {
  if ("CreateFunctionStmt" in node) {
    const { funcname, options } = node.CreateFunctionStmt;
    return { name: nameIn(funcname), options: elements(options), creates: true };
  }
  if ("AlterFunctionStmt" in node) {
    const { func, actions } = node.AlterFunctionStmt;
    return { name: nameIn(func?.objname), options: elements(actions), creates: false };
  }
  return undefined;
}

/** An option that is on or off, with its place. */
export function booleanOption(options: readonly DefElem[], name: string): DefElem | undefined {
  return options.find(
    ({ defname, arg }) =>
      defname === name && arg !== undefined && "Boolean" in arg && arg.Boolean.boolval === true,
  );
}

export function textOption(options: readonly DefElem[], name: string): string | undefined {
  const arg = options.find(({ defname }) => defname === name)?.arg;
  return arg !== undefined && "String" in arg ? (arg.String.sval ?? "") : undefined;
}

/** `SET name = …` or `SET name FROM CURRENT` as a part of the function. */
export function setsOption(options: readonly DefElem[], name: string): boolean {
  return options.some(
    ({ defname, arg }) =>
      defname === "set" &&
      arg !== undefined &&
      "VariableSetStmt" in arg &&
      arg.VariableSetStmt.name?.toLowerCase() === name &&
      arg.VariableSetStmt.kind !== "VAR_RESET",
  );
}

function elements(nodes: readonly Node[] | undefined): DefElem[] {
  return (nodes ?? []).flatMap((one) => ("DefElem" in one ? [one.DefElem] : []));
}
