/**
 * JUnit XML: a suite for each file, a case for each finding. Only errors are failures; warnings and
 * infos are skipped cases, which CI systems show without turning red.
 */
import type { Finding } from "../finding.ts";
import { slashed } from "../slashed.ts";
import type { Reporter } from "./reporter.ts";
import { byFile, countSeverities, longWorkSentence, summaryLine } from "./summary.ts";

const SUITES_NAME = "lockstep lint";

export const reportJunit: Reporter = (result) => {
  const { findings } = result;
  const suites = byFile(findings).flatMap(([file, list]) => suite(file, list));
  // Several CI systems take a report without a case for a broken one.
  const content =
    suites.length > 0
      ? suites
      : [
          `  <testsuite${attributes({ name: SUITES_NAME, tests: 1, failures: 0, errors: 0, skipped: 0 })}>`,
          `    <testcase${attributes({ name: summaryLine(result), classname: SUITES_NAME })}/>`,
          "  </testsuite>",
        ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: SUITES_NAME, ...totals(findings), tests: Math.max(1, findings.length) })}>`,
    ...content,
    "</testsuites>",
    "",
  ].join("\n");
};

function suite(file: string, findings: readonly Finding[]): string[] {
  const name = slashed(file);
  return [
    `  <testsuite${attributes({ name, tests: findings.length, ...totals(findings) })}>`,
    ...findings.flatMap((finding) => testCase(name, finding)),
    "  </testsuite>",
  ];
}

function totals(findings: readonly Finding[]): Record<string, number> {
  const { error } = countSeverities(findings);
  return { failures: error, errors: 0, skipped: findings.length - error };
}

function testCase(file: string, finding: Finding): string[] {
  const { rule, line, column, severity, message } = finding;
  const head = attributes({ name: `${rule} (${line}:${column})`, classname: file, file, line });
  const longWork = longWorkSentence(finding);
  const body = [
    `${file}:${line}:${column}`,
    message,
    ...(longWork === undefined ? [] : [`Long work: ${longWork}.`]),
  ].join("\n");
  const element =
    severity === "error"
      ? `<failure${attributes({ message, type: rule })}>${escapeText(body)}</failure>`
      : `<skipped${attributes({ message: `${severity}: ${message}` })}/>`;
  return [`    <testcase${head}>`, `      ${element}`, "    </testcase>"];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join("");
}

/** What XML 1.0 has no way to write: control characters, lone surrogates and two that are none. */
const FORBIDDEN =
  // eslint-disable-next-line no-control-regex -- control characters are the subject.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

export function escapeText(text: string): string {
  return text
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
    .replaceAll("\r", "&#13;");
}

/** Line feeds and tabs of an attribute would be read as spaces. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}
