/** The change of the plan that a migration is, for writing the registry. */
import type { Migration, TheirIdentity } from "../../migrations/migration.ts";
import type { PlanChange } from "./plan.ts";

export interface SqitchIdentity extends TheirIdentity {
  readonly change: PlanChange;
}

export function changeOf({ theirs }: Migration): PlanChange {
  return (theirs as SqitchIdentity).change;
}
