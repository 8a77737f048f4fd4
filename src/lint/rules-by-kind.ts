/** Which rules look at a statement: of two hundred, a few dozen at most have something to say. */
import type { StatementContext } from "./context.ts";
import type { Rule, StatementKind } from "./rule.ts";

export class RulesByKind {
  readonly all: readonly Rule[];
  readonly #known = new Map<string, readonly Rule[]>();

  constructor(rules: readonly Rule[]) {
    this.all = rules;
  }

  /** In the order of the registry. */
  for({ node, effects }: Pick<StatementContext, "node" | "effects">): readonly Rule[] {
    const [kind = ""] = Object.keys(node);
    const works = effects.work.length > 0;
    const key = works ? `${kind}+` : kind;
    let rules = this.#known.get(key);
    if (rules === undefined) {
      rules = this.all.filter(({ check, on }) => {
        if (check === undefined) return false;
        if (on === "work") return works;
        return on === undefined || on.includes(kind as StatementKind);
      });
      this.#known.set(key, rules);
    }
    return rules;
  }
}
