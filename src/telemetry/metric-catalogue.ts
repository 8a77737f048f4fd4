/**
 * Every metric, once: what is collected, exported, documented, drawn in the dashboard and alerted on
 * comes from this table.
 *
 * N1. All are gauges of one run. A run is a process of its own: what it counted begins at 0 with the
 *     next one, so that a counter would only be a series of resets.
 * N2. Labels have few values. Text of SQL, names of relations, process ids and messages are never
 *     labels; versions and classes that belong to one run are in `…_info` only.
 * N3. A name or a label is not renamed or removed; dashboards and alerts of others depend on it.
 */

export interface MetricRow {
  readonly labels: readonly string[];
  /** One sentence with its unit, as `# HELP` and docs/metrics.md say it. */
  readonly help: string;
  /**
   * When it is said: `running`, also in heartbeats; `end`, once the outcome is known; `success`, only
   * then, and kept by everything that stores metrics until the next success.
   */
  readonly when: "running" | "end" | "success";
}

export const METRIC_PREFIX = "lockstep_";

/** What every sample has besides, to tell one database's runs from another's. */
export const PLACE_LABELS = ["database", "cluster", "schema"] as const;

export const METRICS = {
  run_in_progress: {
    labels: [],
    help: "1 while a run is under way, 0 after its end.",
    when: "running",
  },
  run_heartbeat_timestamp_seconds: {
    labels: [],
    help: "When the run last said that it is alive, in seconds since 1970.",
    when: "running",
  },
  run_aborting: {
    labels: [],
    help: "1 when the run was told to stop by a signal.",
    when: "running",
  },
  migrations_planned: {
    labels: [],
    help: "Migrations that the run set out to apply or revert.",
    when: "running",
  },
  migrations_applied: {
    labels: [],
    help: "Migrations that the run has applied or reverted.",
    when: "running",
  },
  progress_ratio: {
    labels: [],
    help: "How much of the plan is done, from 0 to 1; inside of a step as far as the server says it.",
    when: "running",
  },
  stage_duration_seconds: {
    labels: ["stage"],
    help: "Seconds in a stage: `connect`, `runner_lock` (waiting for another run), `apply`, `total`.",
    when: "running",
  },
  step_duration_seconds: {
    labels: ["statement_kind"],
    help: "Seconds of the longest step of its kind, for statements that run by themselves.",
    when: "running",
  },
  blockers: {
    labels: [],
    help: "Sessions that hold what the run needs at this moment.",
    when: "running",
  },
  blockers_ended: {
    labels: ["action"],
    help: "Sessions in the way that the run ended as the configuration allows: `cancel` or `terminate`.",
    when: "running",
  },
  lock_wait_seconds: {
    labels: [],
    help: "The longest time that one migration has been waiting for its locks, without queueing.",
    when: "running",
  },
  retries: {
    labels: ["failure_class"],
    help: "Attempts that were rolled back and tried again, by class; a lock timeout is `ddl.lock_timeout`.",
    when: "running",
  },
  step_backs: {
    labels: [],
    help: "Times that the run cancelled its own statement because others waited behind it.",
    when: "running",
  },
  victims_max: {
    labels: [],
    help: "The most sessions that waited behind the run at one time when it stepped back.",
    when: "running",
  },
  longest_wait_seconds: {
    labels: [],
    help: "The longest time that another session was seen waiting behind the run.",
    when: "running",
  },
  last_run_success: {
    labels: [],
    help: "1 when the last run ended well, with or without something to do; 0 otherwise.",
    when: "end",
  },
  last_run_start_timestamp_seconds: {
    labels: [],
    help: "When the last run began, in seconds since 1970.",
    when: "end",
  },
  last_run_completion_timestamp_seconds: {
    labels: [],
    help: "When the last run ended, in seconds since 1970.",
    when: "end",
  },
  last_run_duration_seconds: {
    labels: [],
    help: "Seconds from the beginning to the end of the last run.",
    when: "end",
  },
  last_run_info: {
    labels: [
      "command",
      "outcome",
      "failure_class",
      "sqlstate",
      "exit_code",
      "migration",
      "tool_version",
      "server_version",
    ],
    help: "Always 1; its labels say how the last run ended.",
    when: "end",
  },
  migrations_pending: {
    labels: [],
    help: "Migrations that are still to be applied after the last `up`, without those that it left for later.",
    when: "end",
  },
  contract_migrations_pending: {
    labels: [],
    help: "Contract migrations that the last `up --phase expand` left for when the old code is gone.",
    when: "end",
  },
  schema_partial: {
    labels: [],
    help: "1 when the last run failed and a part of a migration stays in the database (exit code 80).",
    when: "end",
  },
  schema_info: {
    labels: ["version"],
    help: "Always 1; `version` is the highest applied version, empty before the first.",
    when: "end",
  },
  last_success_timestamp_seconds: {
    labels: [],
    help: "When a run last ended well, in seconds since 1970; a failing run does not change it.",
    when: "success",
  },
} as const satisfies Record<string, MetricRow>;

export type MetricId = keyof typeof METRICS;

export const METRIC_IDS = Object.keys(METRICS) as readonly MetricId[];

export function metricName(id: MetricId): string {
  return METRIC_PREFIX + id;
}
