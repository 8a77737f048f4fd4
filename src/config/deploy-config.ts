/** What `lockstep.config.ts` says about where and how a project is deployed. */
import type { ContractConfig } from "./contract-config.ts";
import type { KubernetesConfig } from "./kubernetes-config.ts";
import type { MetricsConfig } from "./metrics-config.ts";
import type { NotifyConfig } from "./notify-config.ts";

/** Addresses of pages for whoever reads a metric, a page or a message. */
export interface LinksConfig {
  /** A runbook with an anchor for each failure class; default: none. */
  readonly runbook?: string | undefined;
  readonly dashboard?: string | undefined;
  /** The pipeline that runs this; default: what the CI system says in its variables. */
  readonly run?: string | undefined;
}

export interface DeployValues {
  /** What tells this database from others of the same name: in metrics, pages and messages. */
  readonly cluster?: string | undefined;
  readonly links?: LinksConfig | undefined;
  readonly metrics?: MetricsConfig | undefined;
  readonly notify?: NotifyConfig | undefined;
  readonly kubernetes?: KubernetesConfig | undefined;
  /** When a migration that takes away what old code uses may be applied. */
  readonly contract?: ContractConfig | undefined;
}

export const DEPLOY_KEYS = [
  "cluster",
  "links",
  "metrics",
  "notify",
  "kubernetes",
  "contract",
] as const satisfies readonly (keyof DeployValues)[];
