/** What lockstep is told to do in each place. */
import type { Value } from "../tree.ts";
import type { Role } from "./container.ts";

export const EXPAND: Role = {
  name: "migrate",
  args: ["up", "--phase", "expand"],
  why: "before the new code: only what the old code can live with; contract migrations wait for their time",
};

export const CONTRACT: Role = {
  name: "migrate",
  args: ["up", "--phase", "contract"],
  why: "refused (75) while a release that still needs the old schema is seen",
};

export function gateRole(timeoutS: Value): Role {
  return {
    name: "gate",
    args: ["gate", "--timeout", typeof timeoutS === "number" ? `${timeoutS}s` : timeoutS],
    why: "waits for what this image ships: no lock, nothing written, a database that is ahead is fine",
  };
}
