/**
 * Which change sets run: `dbms`, and contexts and labels where they are configured, as for
 * Liquibase itself, in `LIQUIBASE_COMMAND_CONTEXTS` and `LIQUIBASE_COMMAND_LABEL_FILTER`.
 */

export class Filters {
  readonly #contexts: readonly string[];
  readonly #labelFilter: string;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#contexts = listOf(env["LIQUIBASE_COMMAND_CONTEXTS"] ?? "");
    this.#labelFilter = env["LIQUIBASE_COMMAND_LABEL_FILTER"] ?? "";
  }

  /** Without configured contexts everything runs, and so does what names none. */
  allowsContext(expression: string | null): boolean {
    if (this.#contexts.length === 0 || !expression?.trim()) return true;
    return matches(expression, this.#contexts);
  }

  allowsLabels(labels: string | null): boolean {
    const own = listOf(labels ?? "");
    if (own.length === 0 || this.#labelFilter.trim() === "") return true;
    return matches(this.#labelFilter, own);
  }
}

export function allowsDbms(dbms: string | undefined): boolean {
  const names = listOf(dbms ?? "");
  if (names.length === 0) return true;
  if (names.includes("none") || names.includes("!postgresql")) return false;
  const wanted = names.filter((name) => !name.startsWith("!"));
  return wanted.length === 0 || wanted.includes("all") || wanted.includes("postgresql");
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean);
}

/** `a and (b or !c), d`: a comma is an `or`, and `and` binds tighter. */
function matches(expression: string, names: readonly string[]): boolean {
  const tokens = expression.toLowerCase().match(/[(),!]|[^\s(),!]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === "or" || tokens[at] === ",") {
      at++;
      const right = both();
      value ||= right;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (tokens[at] === "and") {
      at++;
      const right = one();
      value &&= right;
    }
    return value;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token === "!" || token === "not") return !one();
    if (token !== "(") return token !== undefined && names.includes(token.replace(/^@/, ""));
    const value = either();
    at++;
    return value;
  };
  return either();
}
