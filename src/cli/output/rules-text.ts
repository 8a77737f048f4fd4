/** The rules of lint as text: a list of all, and one explained. */
import type { Rule } from "../../lint/rule.ts";

export function renderRules(rules: readonly Rule[], json: boolean): string {
  if (json) return document({ rules: rules.map((rule) => metadataOf(rule)) });
  const width = Math.max(...rules.map(({ id }) => id.length));
  const lines = rules
    .toSorted((left, right) => left.id.localeCompare(right.id, "en"))
    .map(
      ({ id, severity, pack, summary }) =>
        `${id.padEnd(width)}  ${(pack ?? severity).padEnd(7)}  ${summary}`,
    );
  return `${lines.join("\n")}\n`;
}

export function renderRule(rule: Rule, json: boolean): string {
  if (json) return document(metadataOf(rule));
  const { id, kind, severity, summary, why, instead, bad, good, handledByRunner } = rule;
  const lines = [
    `${id} (${kind}, ${severity})`,
    "",
    `${summary}.`,
    "",
    why,
    "",
    `Instead: ${instead}`,
    ...(handledByRunner === undefined
      ? []
      : ["", `Lockstep does this by itself (\`--runner other\` reports it): ${handledByRunner}`]),
    "",
    "Bad:",
    ...indented(bad[0].sql),
    "",
    "Good:",
    ...indented(good[0].sql),
  ];
  return `${lines.join("\n")}\n`;
}

/** All that a rule says of itself; what it does stays here. */
function metadataOf({ check: _check, checkFile: _checkFile, on: _on, ...metadata }: Rule): object {
  return metadata;
}

function document(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function indented(sql: string): string[] {
  return sql.split("\n").map((line) => `  ${line}`);
}
