/**
 * Which trace a run belongs to. Pure, and light: structured logs ask it too, without the SDK.
 *
 * Y1. Without a parent the trace has the id of the run, and its first span the last half of it: logs
 *     and spans of a run agree without knowing of each other.
 */

export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Of the span of the run: 16 hex digits. */
  readonly spanId: string;
}

/** `TRACEPARENT` as W3C defines it, when it is valid. */
export function parentTraceId(env: NodeJS.ProcessEnv): string | undefined {
  const [, version, traceId, spanId] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-.*)?$/.exec(
      env["TRACEPARENT"] ?? "",
    ) ?? [];
  const valid =
    version !== undefined && version !== "ff" && /[^0]/.test(traceId!) && /[^0]/.test(spanId!);
  return valid ? traceId : undefined;
}

/** `runId` is a UUID. */
export function traceContextOf(runId: string, env: NodeJS.ProcessEnv): TraceContext {
  const digits = runId.replaceAll("-", "").toLowerCase();
  return { traceId: parentTraceId(env) ?? digits, spanId: digits.slice(16) };
}
