/** Names of the files that one migration becomes, with versions between its own and the next one. */
import { Failure } from "../failures/failure.ts";
import type { Version } from "../migrations/migration.ts";
import type { SplitSource } from "./split-source.ts";

/** `<version>_<name>_<suffix>`, with as many digits as the file has. */
export function namesBehind(
  { migration, digits }: SplitSource,
  suffixes: readonly string[],
  taken: readonly Version[],
): readonly string[] {
  const first = BigInt(migration.version!);
  const last = first + BigInt(suffixes.length - 1);
  const next = taken
    .map((version) => BigInt(version))
    .filter((version) => version > first)
    .reduce<bigint | undefined>(
      (least, one) => (least === undefined || one < least ? one : least),
      undefined,
    );
  if (next !== undefined && last >= next) {
    throw new Failure({
      class: "usage",
      exit: "invalid",
      state: "Nothing was changed.",
      what: `\`${migration.id}\` becomes ${suffixes.length} files with the versions ${first} to ${last}, and version ${next} is there already.`,
      action: `Give the file a version with room for ${suffixes.length} behind it (or the later files, if none of them is applied, higher ones), then run the command again.`,
    });
  }
  return suffixes.map((suffix, index) => {
    const version = String(first + BigInt(index)).padStart(digits.length, "0");
    return `${version}_${migration.name}_${suffix}`;
  });
}
