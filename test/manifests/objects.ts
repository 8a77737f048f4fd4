/** Kubernetes objects as the tests read them: parsed text, with what they look into named. */
import { parseAllDocuments } from "yaml";

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string } };
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: unknown[];
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    privileged?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
    seccompProfile?: { type?: string };
  };
  volumeMounts?: { name: string; mountPath: string }[];
  readinessProbe?: { exec?: unknown; httpGet?: unknown };
}

export interface PodSpec {
  restartPolicy?: string;
  terminationGracePeriodSeconds?: number;
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  initContainers?: Container[];
  containers: Container[];
  volumes?: { name: string; emptyDir?: object; configMap?: object }[];
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface Rule {
  action: string;
  onExitCodes?: { containerName?: string; operator: string; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface JobSpec {
  parallelism?: number;
  completions?: number;
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  podReplacementPolicy?: string;
  podFailurePolicy?: { rules: Rule[] };
  template: PodTemplate;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // Read as what its kind says.
  spec?: unknown;
}

export interface CronSpec {
  schedule: string;
  concurrencyPolicy?: string;
  startingDeadlineSeconds?: number;
  jobTemplate: { spec: JobSpec };
}

export interface DeploymentSpec {
  progressDeadlineSeconds?: number;
  template: PodTemplate;
}

export function parseObjects(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0]!;
      return document.toJS() as KubeObject | null;
    })
    .filter((one) => one !== null);
}

export function jobSpecOf({ kind, spec }: KubeObject): JobSpec | undefined {
  if (kind === "Job") return spec as JobSpec;
  if (kind === "CronJob") return (spec as CronSpec).jobTemplate.spec;
  return undefined;
}

export function templateOf(object: KubeObject): PodTemplate | undefined {
  if (object.kind === "Deployment") return (object.spec as DeploymentSpec).template;
  return jobSpecOf(object)?.template;
}

/** The containers in which lockstep runs; the one of the application is none. */
export function ours(object: KubeObject): Container[] {
  const spec = templateOf(object)?.spec;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter(({ name }) =>
    ["migrate", "gate"].includes(name),
  );
}
