/** What a generator of manifests is given and gives. Pure: no files, no cluster, no clock. */

export const PATTERNS = [
  "job",
  "helm-hook",
  "argo-presync",
  "init-container",
  "gate",
  "cronjob",
] as const;

export type Pattern = (typeof PATTERNS)[number];
