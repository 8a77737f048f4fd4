/** The types of Kubernetes' own API, by which each object is checked field by field. */
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { CronJob } from "kubernetes-models/batch/v1/CronJob";
import { Job } from "kubernetes-models/batch/v1/Job";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import type { KubeObject } from "./objects.ts";

interface Model {
  validate(): void;
}

const MODELS: Readonly<Record<string, new (data: never) => Model>> = {
  "apps/v1 Deployment": Deployment,
  "batch/v1 CronJob": CronJob,
  "batch/v1 Job": Job,
  "v1 ServiceAccount": ServiceAccount,
};

/** Throws with each field that is not as the API has it; unknown kinds and keys are errors too. */
export function validateObject(object: KubeObject): void {
  const id = `${object.apiVersion} ${object.kind}`;
  const Model_ = MODELS[id];
  if (Model_ === undefined) throw new Error(`there is no model of ${id}`);
  new Model_(object as never).validate();
}
