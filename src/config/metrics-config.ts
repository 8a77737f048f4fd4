/** Metrics and traces of runs; docs/metrics.md explains it. */

export interface MetricsConfig {}
