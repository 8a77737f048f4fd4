/**
 * SARIF 2.1.0. Fingerprints do not depend on line numbers, so that a finding stays the same one when
 * the file above it changes. Columns count code points, as everywhere in Lockstep.
 */
import type { Finding, FindingKind, Severity } from "../finding.ts";
import { numberedFingerprints, type NumberedFingerprint } from "../fingerprint.ts";
import type { LintResult, ReportContext, RuleInfo } from "../result.ts";
import { createEditLocator, type LocatedEdit, type LocateEdits } from "./edits.ts";
import type { Reporter } from "./reporter.ts";
import { longWorkSentence } from "./summary.ts";
import { isRelativeUri, uriOf } from "./uri.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

const LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

/** What GitHub calls the severity of a rule that is not about security. */
const PROBLEM_SEVERITIES = {
  error: "error",
  warning: "warning",
  info: "recommendation",
} as const satisfies Record<Severity, string>;

export const reportSarif: Reporter = (result, context) => {
  const ids = [...new Set(result.findings.map(({ rule }) => rule))].toSorted();
  const prints = numberedFingerprints(result.findings);
  const locateEdits = createEditLocator(context);
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Lockstep",
            version: context.toolVersion,
            semanticVersion: context.toolVersion,
            rules: ids.map((id) => descriptor(id, result.findings, context)),
          },
        },
        automationDetails: { id: "lockstep-lint/" },
        columnKind: "unicodeCodePoints",
        invocations: [{ executionSuccessful: true, ...notifications(result) }],
        results: result.findings.map((finding, index) =>
          resultOf(finding, ids.indexOf(finding.rule), prints[index]!, locateEdits),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function descriptor(id: string, findings: readonly Finding[], context: ReportContext): object {
  const rule = context.rules(id);
  // A finding whose rule is unknown still says of what kind it is.
  const kind = rule?.kind ?? findings.find((finding) => finding.rule === id)!.kind;
  const severity = rule?.severity ?? "warning";
  return {
    id,
    ...(rule !== undefined && texts(rule)),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: tagsOf(kind),
      precision: "high",
      "problem.severity": PROBLEM_SEVERITIES[severity],
    },
  };
}

function tagsOf(kind: FindingKind): string[] {
  return ["postgresql", "migration", kind];
}

function texts(rule: RuleInfo): object {
  return {
    shortDescription: { text: `${rule.summary}.` },
    fullDescription: { text: rule.why },
    help: {
      text: `${rule.why}\n\n${rule.instead}`,
      markdown: `${rule.why}\n\n**Instead:** ${rule.instead}`,
    },
  };
}

function notifications({ opaque }: LintResult): object {
  if (opaque.length === 0) return {};
  return {
    toolExecutionNotifications: opaque.map(({ file, line, reason }) => ({
      level: "warning",
      message: { text: `The file could not be read and was not checked: ${reason}` },
      locations: [
        { physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } } },
      ],
    })),
  };
}

function resultOf(
  finding: Finding,
  ruleIndex: number,
  print: NumberedFingerprint,
  locateEdits: LocateEdits,
): object {
  const longWork = longWorkSentence(finding);
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: {
      text: longWork === undefined ? finding.message : `${finding.message} Long work: ${longWork}.`,
    },
    locations: [
      {
        physicalLocation: { artifactLocation: artifact(finding.file), region: regionOf(finding) },
      },
    ],
    partialFingerprints: {
      "lockstepFinding/v1": `${print.fingerprint}:${print.occurrence}`,
      // GitHub knows this one only, and makes it from the line where it is not given.
      primaryLocationLineHash: `${print.fingerprint}:${print.occurrence}`,
    },
    ...fixesOf(finding, locateEdits),
    properties: { kind: finding.kind, longWork: finding.longWork },
  };
}

function artifact(file: string): object {
  const uri = uriOf(file);
  return isRelativeUri(uri) ? { uri, uriBaseId: "%SRCROOT%" } : { uri };
}

function regionOf(place: Pick<Finding, "line" | "column" | "endLine" | "endColumn">): object {
  return {
    startLine: place.line,
    startColumn: place.column,
    endLine: place.endLine,
    endColumn: place.endColumn,
  };
}

/** A fix that writes several files cannot be told here: SARIF's fixes change what is there. */
function fixesOf({ file, fix }: Finding, locateEdits: LocateEdits): object {
  const edits = fix === null ? undefined : locateEdits(file, fix);
  if (fix === null || edits === undefined || edits.length === 0) return {};
  return {
    fixes: [
      {
        description: { text: fix.title },
        artifactChanges: [
          { artifactLocation: artifact(file), replacements: edits.map(replacement) },
        ],
      },
    ],
  };
}

function replacement(located: LocatedEdit): object {
  const { edit } = located;
  return {
    deletedRegion: {
      ...regionOf(located),
      byteOffset: edit.start,
      byteLength: edit.end - edit.start,
    },
    insertedContent: { text: edit.text },
  };
}
