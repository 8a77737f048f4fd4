/** What a generator of manifests is given and gives. Pure: no files, no cluster, no clock. */
import type { MapNode } from "./tree.ts";

export const PATTERNS = [
  "job",
  "helm-hook",
  "argo-presync",
  "init-container",
  "gate",
  "cronjob",
] as const;

export type Pattern = (typeof PATTERNS)[number];

/** One document, which is one file with `--output`. */
export interface Manifest {
  /** The name of its file, without `.yaml`. */
  readonly file: string;
  /** What it is and how it is used, above its first line. */
  readonly head: readonly string[];
  readonly body: MapNode;
}
