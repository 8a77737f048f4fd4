/** docs/fault-injection.md, from the table of fault points. */
import { FAULT_POINTS } from "../../src/runner/fault-points.ts";
import { pageHead, prose, table } from "./markdown.ts";

export function renderFaultInjectionPage(): string {
  const rows = Object.entries(FAULT_POINTS).map(([name, meaning]) => [
    `\`${name}\``,
    prose(meaning),
  ]);
  return (
    [
      pageHead("Fault injection"),
      "Every build of Lockstep can kill itself at a named point, so that a release is tested the way it fails " +
        "in production. Never set this where a database matters.",
      "```sh\nLOCKSTEP_TEST_KILL_AT=statement-sent lockstep up\nLOCKSTEP_TEST_KILL_AT=after-file:3 lockstep up\n```",
      "The process ends with SIGKILL when it reaches the point, with a number at its n-th arrival. No handler " +
        "runs and nothing is closed. Start the same command again, without the variable, and look at the result: " +
        "everything has to be applied exactly once, with no INVALID index and an empty journal.",
      table(["Point", "Where"], rows),
    ].join("\n\n") + "\n"
  );
}
