/** What `lockstep manifests` puts into its output; docs/kubernetes.md explains it. */
import type { Duration } from "./duration.ts";

/** A key of a Secret; the value never is in a manifest. */
export interface SecretKey {
  readonly name: string;
  /** Default `url`. */
  readonly key?: string | undefined;
}

export interface KubernetesConfig {
  /** The application, from which all names are made; default: the name of the image. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly image?: string | undefined;
  /** The connection string of the migrator; default the key `url` of `<name>-migrator`. */
  readonly secret?: SecretKey | undefined;
  /** The connection string of the gate, which needs SELECT on the history; default `<name>-gate`. */
  readonly gateSecret?: SecretKey | undefined;
  /** The command in the image, without a shell; default node and the bundle in node_modules. */
  readonly command?: readonly string[] | undefined;
  /** A service account with a workload identity; by default none is named and no token is mounted. */
  readonly serviceAccount?: string | undefined;
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** How often a Job begins again; default 4. */
  readonly backoffLimit?: number | undefined;
  /** The longest that a single migration works, for the deadlines; default `30m`. */
  readonly longestMigration?: Duration | undefined;
  /** The deadline of the Job, instead of the one that is computed. */
  readonly deadline?: Duration | undefined;
  /** How long `lockstep gate` waits in a pod; default `10m`. */
  readonly gateTimeout?: Duration | undefined;
  /** When contract migrations are tried, as cron writes it; default hourly. */
  readonly schedule?: string | undefined;
  /** The numeric user of the container; default 1000, which is `node` in the images of Node. */
  readonly runAsUser?: number | undefined;
  readonly priorityClass?: string | undefined;
  readonly resources?:
    | {
        readonly cpu?: string | undefined;
        readonly memory?: string | undefined;
        readonly memoryLimit?: string | undefined;
      }
    | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Variables of the container; what is secret belongs into a Secret. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The port and path of the application's readiness probe, for `--gate readiness`. */
  readonly readiness?: { readonly port: number; readonly path?: string | undefined } | undefined;
}
