/** The care for the server out of flags and the configuration file. */
import { Failure } from "../failures/failure.ts";
import type { CareSettings, CareValues } from "./care-config.ts";
import { readSize } from "./size.ts";

export interface CareFlags {
  readonly replicaUrl?: readonly string[] | undefined;
  readonly freeDisk?: string | undefined;
}

/** Undefined when nothing is said, which is the common start. */
export function careSettings(flags: CareFlags, file: CareValues): CareSettings | undefined {
  const { windows, freezes, blockers } = file;
  const replicas = flags.replicaUrl?.length ? flags.replicaUrl : file.replicas;
  const free = flags.freeDisk ?? file.disk?.free;
  const care: CareSettings = {
    ...(windows?.length && { windows }),
    ...(freezes?.length && { freezes }),
    ...(blockers?.cancel?.length && { blockers }),
    ...(replicas?.length && { replicas }),
    ...(free !== undefined && { freeDiskBytes: bytes(free) }),
  };
  return Object.keys(care).length === 0 ? undefined : care;
}

function bytes(value: string | number): number {
  const size = readSize(value);
  if (size !== undefined) return size;
  throw new Failure({
    class: "config.invalid",
    what: `The free disk space is \`${value}\`, which is not a size.`,
    action: "Write a number with a unit, like `50GB`.",
  });
}
