/**
 * By what a finding is known again after lines were added above it or the statement was formatted
 * anew: rule, file and the words of the statement. The baseline file, SARIF and GitLab share it.
 *
 * It is an interface: baseline files are committed. A change needs a new version of that file.
 */
import { createHash } from "node:crypto";
import { isComment, nextToken } from "../sql/lexer.ts";
import type { Finding } from "./finding.ts";
import { slashed } from "./slashed.ts";

type Identified = Pick<Finding, "rule" | "file" | "excerpt">;

/** The same for findings of one rule in equal statements of one file; those are counted. */
export function fingerprint(finding: Identified): string {
  return hash([finding.rule, slashed(finding.file), normalised(finding.excerpt)]);
}

export interface NumberedFingerprint {
  readonly fingerprint: string;
  /** 1-based, among the findings with the same fingerprint. */
  readonly occurrence: number;
  /** Of both: no two findings have it. */
  readonly unique: string;
}

/** One for each finding, in the same order. */
export function numberedFingerprints(findings: readonly Identified[]): NumberedFingerprint[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const print = fingerprint(finding);
    const occurrence = (seen.get(print) ?? 0) + 1;
    seen.set(print, occurrence);
    return { fingerprint: print, occurrence, unique: hash([print, String(occurrence)]) };
  });
}

/** Without comments and white space, and with words in the case that SQL folds them to. */
function normalised(statement: string): string {
  const bytes = Buffer.from(statement, "utf8");
  const words: string[] = [];
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (isComment(token)) continue;
    const text = bytes.toString("utf8", token.start, token.end);
    words.push(
      token.kind === "word" ? text.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : text,
    );
  }
  return words.join(" ");
}

function hash(parts: readonly string[]): string {
  // JSON keeps the parts apart whatever they contain.
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
