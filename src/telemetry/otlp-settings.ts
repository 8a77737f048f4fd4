/** What the standard OTEL_* variables ask for. Pure, and loads nothing of OpenTelemetry. */

export type OtlpProtocol = "http/json" | "http/protobuf";
export type OtlpSignal = "traces" | "metrics";

/** What of it is sent, and how; `refused` is a protocol that is not spoken here. */
export interface OtlpSettings {
  readonly traces?: OtlpProtocol;
  readonly metrics?: OtlpProtocol;
  readonly refused?: string;
}

const PROTOCOLS: readonly string[] = ["http/json", "http/protobuf"];
/** What the specification says where nothing is said. */
const DEFAULT_PROTOCOL = "http/protobuf";

export function otlpSettings(env: NodeJS.ProcessEnv): OtlpSettings {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return {};
  const settings: { -readonly [K in keyof OtlpSettings]: OtlpSettings[K] } = {};
  for (const signal of ["traces", "metrics"] as const) {
    const name = signal.toUpperCase();
    const endpoint =
      env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`] || env["OTEL_EXPORTER_OTLP_ENDPOINT"];
    const exporters = (env[`OTEL_${name}_EXPORTER`] || "otlp").split(",").map((one) => one.trim());
    if (!endpoint || !exporters.includes("otlp")) continue;
    const protocol =
      env[`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`] ||
      env["OTEL_EXPORTER_OTLP_PROTOCOL"] ||
      DEFAULT_PROTOCOL;
    if (PROTOCOLS.includes(protocol)) settings[signal] = protocol as OtlpProtocol;
    else settings.refused = protocol;
  }
  return settings;
}

export function wantsOtlp(env: NodeJS.ProcessEnv): boolean {
  const { traces, metrics, refused } = otlpSettings(env);
  return traces !== undefined || metrics !== undefined || refused !== undefined;
}
