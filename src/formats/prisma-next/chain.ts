/**
 * The order of the migrations of one space: each leads from a contract to a contract. Prisma looks
 * for the shortest way from where a database is to where it should be; here every database goes the
 * same way, so that there must be only one.
 */
import type { Problems } from "../../migrations/problems.ts";
import { bare, EMPTY, type Package } from "./package.ts";

export function chainOf(packages: readonly Package[], problems: Problems): Package[] {
  const starting = new Map<string, Package[]>();
  let broken = false;
  const wrong = ({ manifest }: Package, what: string, action: string): void => {
    problems.addFile("file.invalid", manifest.path, what, action);
    broken = true;
  };
  for (const one of packages) {
    if (bare(one.from) === bare(one.to)) {
      wrong(
        one,
        `The migration \`${one.name}\` starts from and leads to the same contract; Prisma runs it only where a ref asks for its invariants.`,
        "Put its operations into a migration that leads to another contract.",
      );
    }
    const others = starting.get(bare(one.from)) ?? [];
    starting.set(bare(one.from), [...others, one]);
  }
  for (const [from, several] of starting) {
    if (several.length === 1) continue;
    wrong(
      several[1]!,
      `The migrations ${several.map(({ name }) => `\`${name}\``).join(" and ")} both start from ${shown(from)}.`,
      "Plan one of them again on top of the other: the order must be one for every database.",
    );
  }
  if (broken) return [];
  const chain: Package[] = [];
  const reached = new Set<string>([EMPTY]);
  for (let at = EMPTY, next; (next = starting.get(at)?.[0]);) {
    at = bare(next.to);
    if (reached.has(at)) {
      wrong(
        next,
        `The migration \`${next.name}\` leads back to ${shown(at)}, where the database was before.`,
        "Go on with a migration to a new contract; to take changes back, plan them as one.",
      );
      return [];
    }
    reached.add(at);
    chain.push(next);
  }
  for (const one of packages) {
    if (chain.includes(one) || packages.some(({ to }) => bare(to) === bare(one.from))) continue;
    wrong(
      one,
      `The migration \`${one.name}\` starts from ${shown(bare(one.from))}, and no other leads there.`,
      "Restore the folder of the migration before it.",
    );
  }
  const left = packages.find((one) => !chain.includes(one));
  if (left !== undefined && !broken) {
    wrong(
      left,
      `The migration \`${left.name}\` is in a circle that the empty contract does not lead to.`,
      "Restore the folder of the first migration.",
    );
  }
  return chain;
}

function shown(contract: string): string {
  return contract === EMPTY ? "the empty contract" : `contract \`${contract.slice(0, 12)}…\``;
}
