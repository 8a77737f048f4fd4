/**
 * Fault injection, built in so that every release is tested the way it fails in production:
 * `LOCKSTEP_TEST_KILL_AT=<point>[:<occurrence>]` kills this process with SIGKILL at that point.
 * docs/fault-injection.md lists the points; a test walks all of them.
 */
export const FAULT_POINTS = {
  connected: "The first session is open, nothing was asked yet.",
  "before-lock": "About to try the run lock.",
  "after-lock": "The run lock is held, nothing is written.",
  "bootstrap-sent": "The statements that create the history are on their way.",
  "after-bootstrap": "The history exists, no migration has begun.",
  "run-recorded": "The run has its row.",
  "before-file": "Before a transactional file is sent.",
  "file-sent": "All bytes of a transactional file, COMMIT included, left this process.",
  "after-file": "A transactional file is committed and its reply was read.",
  "opaque-sent": "A file that the parser cannot read is on its way, its COMMIT is not.",
  "before-journal": "Before the journal says that a statement starts.",
  "after-journal": "The journal says `started`, the statement is not sent.",
  "statement-sent": "A statement that cannot run in a transaction is on its way.",
  "statement-done": "Such a statement ended, the journal does not say so yet.",
  "after-journal-done": "The journal says `done` for the statement.",
  "before-record": "All statements of a journaled file are done, its history row is not written.",
  "after-record": "The history row of a journaled file is written.",
  "cleanup-sent": "The clean-up of a half-done statement is on its way.",
  "batch-sent": "The COMMIT of one round of `db.batch` is on its way.",
  "batch-done": "One round of `db.batch` is committed.",
  "adopt-locked":
    "`adopt` holds the other tool's lock and has read its history; nothing is written.",
  "adopt-sent": "The rows of an adopted history are on their way, their COMMIT too.",
  "after-adopt": "The adopted history is committed, the run's row is not closed.",
  "before-finish": "All migrations are done, the run's row is not closed.",
  "after-unlock": "The run's row is closed and the lock is released, the session is still open.",
} as const;

export type FaultPoint = keyof typeof FAULT_POINTS;

let wanted: { point: string; occurrence: number } | null | undefined;

/** Does nothing unless the environment asks for this very point. */
export function faultPoint(point: FaultPoint): void {
  if (wanted === undefined) {
    const [name, occurrence] = (process.env["LOCKSTEP_TEST_KILL_AT"] ?? "").split(":");
    wanted = name ? { point: name, occurrence: Number(occurrence ?? 1) } : null;
  }
  if (wanted === null || wanted.point !== point) return;
  wanted.occurrence -= 1;
  if (wanted.occurrence <= 0) process.kill(process.pid, "SIGKILL");
}
