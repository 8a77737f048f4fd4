/** docs/rules/: one page for each rule of lint, and the list of all of them, from their metadata. */
import { ALL_RULES } from "../../src/lint/registry.ts";
import type { OtherIds, Rule, RuleExample } from "../../src/lint/rule.ts";
import { pageHead, table } from "./markdown.ts";

const TOOLS: Readonly<Record<keyof OtherIds, string>> = {
  squawk: "Squawk",
  eugene: "eugene",
  strongMigrations: "strong_migrations",
  atlas: "Atlas",
  pgfence: "pgfence",
  migrationPilot: "MigrationPilot",
  pgMigrationLint: "pg-migration-lint",
  djangoMigrationLinter: "django-migration-linter",
  postgresLanguageServer: "postgres-language-server",
  pgrubic: "pgrubic",
};

const KINDS: Readonly<Record<Rule["kind"], string>> = {
  lock: "somebody waits",
  compatibility: "running code breaks",
  "data-loss": "rows are lost",
  "re-run": "it cannot be run again",
  bug: "it does not do what it seems to",
  style: "a matter of taste",
  process: "about files and releases",
  security: "somebody may do too much",
};

/** Pages by path, in the order of their names. */
export function rulePages(): { readonly file: string; readonly render: () => string }[] {
  const sorted = ALL_RULES.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return [
    { file: "docs/rules/README.md", render: () => overview(sorted) },
    ...sorted.map((rule) => ({ file: `docs/rules/${rule.id}.md`, render: () => page(rule) })),
  ];
}

function overview(rules: readonly Rule[]): string {
  const sections = Object.entries(KINDS).flatMap(([kind, meaning]) => {
    const rows = rules
      .filter((rule) => rule.kind === kind)
      .map((rule) => [`[\`${rule.id}\`](${rule.id}.md)`, when(rule), rule.summary]);
    return rows.length === 0
      ? []
      : [`## ${kind}: ${meaning}`, table(["Rule", "Severity", "What it finds"], rows)];
  });
  return [
    pageHead("Rules of lint"),
    `\`lockstep lint\` has ${rules.length} rules. \`--explain <rule>\` prints one of these pages; severities, packs and
exceptions are in [Configuring lint](../lint-suppress.md), and what lint knows when it looks at a
statement is in [Lint](../lint.md).`,
    ...sections,
    "",
  ].join("\n\n");
}

function when({ severity, pack, handledByRunner }: Rule): string {
  if (pack !== undefined) return `${severity}, with the pack \`${pack}\``;
  return handledByRunner === undefined ? severity : `${severity}, with \`--runner other\``;
}

function page(rule: Rule): string {
  const { id, summary, why, instead, bad, good, handledByRunner, versions } = rule;
  const facts = [
    ["Kind", `${rule.kind}: ${KINDS[rule.kind]}`],
    ["Severity", when(rule)],
    ...(rule.phase === undefined ? [] : [["Phase of a roll-out", rule.phase]]),
    ...(versions === undefined ? [] : [["PostgreSQL", range(versions)]]),
  ];
  return [
    pageHead(id),
    `${summary}.`,
    table(["", ""], facts),
    why,
    `**Instead:** ${instead}`,
    ...(handledByRunner === undefined
      ? []
      : [
          `**With \`lockstep up\`** this rule is silent: ${handledByRunner} \`--runner other\` switches it on.`,
        ]),
    "## Bad",
    ...bad.map(example),
    "## Good",
    ...good.map(example),
    ...others(rule.otherIds),
    "",
  ].join("\n\n");
}

function range({ since, until }: NonNullable<Rule["versions"]>): string {
  if (since === undefined) return `up to ${until}`;
  return until === undefined ? `${since} and later` : `${since} to ${until}`;
}

function example({ history, sql, note, version, refused }: RuleExample): string {
  const said = [
    ...(note === undefined
      ? []
      : [`${note[0]?.toUpperCase()}${note.slice(1).replace(/\.$/, "")}.`]),
    ...(refused === undefined ? [] : [refusal(refused)]),
    ...(version === undefined ? [] : [`(PostgreSQL ${version}.)`]),
  ].join(" ");
  const before = history === undefined ? [] : ["-- earlier", history.trim(), "-- now"];
  const block = ["```sql", ...before, sql.trim(), "```"].join("\n");
  return said === "" ? block : `${said}\n\n${block}`;
}

/** Class 23, integrity: no row breaks a rule where there is none. */
function refusal(sqlstate: string): string {
  const where = sqlstate.startsWith("23") ? " where there are rows" : "";
  return `The server refuses this${where} (${sqlstate}).`;
}

function others(ids: OtherIds | undefined): string[] {
  const rows = Object.entries(ids ?? {}).map(([tool, names]) => [
    TOOLS[tool as keyof OtherIds],
    (names as readonly string[]).map((name) => `\`${name}\``).join(", "),
  ]);
  return rows.length === 0 ? [] : ["## In other tools", table(["Tool", "Rule"], rows)];
}
