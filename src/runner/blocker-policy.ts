/**
 * Which session in the way of a migration may be cancelled or ended. Pure: a session as it was seen,
 * and the rules of the configuration, give what to do and the rule that says so.
 *
 * Y1. Without a rule that fits nobody is touched. The first rule that fits decides.
 * Y2. Never touched, whatever the rules say: superusers, everything but client backends (autovacuum,
 *     walsenders, workers), prepared transactions, other databases, and runners of Lockstep.
 * Y3. A cancel ends a statement; a session that idles in a transaction has none, and only the end of
 *     its connection lets its locks go (verified on 14 and 18).
 * Y4. Unknown is young: a session whose state or age this role may not see fits no rule.
 */
import type { BlockerRule } from "../config/blockers-config.ts";
import { readDuration } from "../config/duration.ts";
import type { SessionInfo } from "./events.ts";

export interface Blocker extends SessionInfo {
  readonly superuser: boolean;
  /** It runs under the login role of this run. */
  readonly ownRole: boolean;
  /** It is connected to the database that is migrated. */
  readonly here: boolean;
  /** Milliseconds since it became what `state` says. */
  readonly stateAgeMs?: number;
}

export type BlockerAction = "cancel" | "terminate";

export interface BlockerVerdict {
  readonly action: BlockerAction | "none";
  /** The rule that says so, in words. */
  readonly rule?: string;
}

const LEAVE: BlockerVerdict = { action: "none" };
/** As createContext names the sessions of a run. */
const RUNNER = /^lockstep [0-9a-f]{8}\b/;

export function judgeBlocker(blocker: Blocker, rules: readonly BlockerRule[]): BlockerVerdict {
  if (!mayBeTouched(blocker)) return LEAVE;
  for (const rule of rules) {
    const action = actionOf(rule, blocker);
    if (action !== undefined) return { action, rule: ruleText(rule) };
  }
  return LEAVE;
}

/** A rule names this session, and whether it fits is hidden from this role (Y4). */
export function isHiddenFrom(blocker: Blocker, rules: readonly BlockerRule[]): boolean {
  if (blocker.state !== undefined || blocker.superuser || !blocker.here) return false;
  return blocker.pid !== 0 && rules.some((rule) => names(rule, blocker));
}

/** Y2. */
function mayBeTouched({ pid, superuser, backendType, here, application }: Blocker): boolean {
  if (pid === 0 || superuser || !here || backendType !== "client backend") return false;
  return !RUNNER.test(application ?? "");
}

function actionOf(rule: BlockerRule, blocker: Blocker): BlockerAction | undefined {
  const { state } = blocker;
  if (state === undefined || (rule.state !== undefined && rule.state !== state)) return undefined;
  if (!names(rule, blocker)) return undefined;
  const idle = state.startsWith("idle in transaction");
  if (!idle && state !== "active") return undefined;
  // A batch that is at work is idle for a moment between two of its statements.
  const ageMs = idle ? blocker.stateAgeMs : blocker.transactionAgeMs;
  if (ageMs === undefined || ageMs < (readDuration(rule.olderThan) ?? Infinity)) return undefined;
  // Y3.
  const action = rule.action ?? (idle ? "terminate" : "cancel");
  return idle && action === "cancel" ? undefined : action;
}

function names({ role, application }: BlockerRule, blocker: Blocker): boolean {
  if (role === "own" ? !blocker.ownRole : role !== undefined && !like(role, blocker.user)) {
    return false;
  }
  return application === undefined || like(application, blocker.application);
}

/** `*` stands for any characters; everything else for itself. */
function like(pattern: string, text = ""): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`).test(text);
}

/** `idle in transaction, application report-*, older than 5m` */
export function ruleText({ state, role, application, olderThan, action }: BlockerRule): string {
  return [
    state,
    role && `role ${role}`,
    application && `application ${application}`,
    `older than ${typeof olderThan === "number" ? `${olderThan}ms` : olderThan}`,
    action,
  ]
    .filter(Boolean)
    .join(", ");
}
