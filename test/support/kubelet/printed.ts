/** What `lockstep manifests` prints for a project, started as a cluster would start it. */
import { parse } from "yaml";

import { runCli } from "../cli.ts";
import { startDeployment, type Deployment } from "./deployment.ts";
import { startJob, type Job } from "./job.ts";
import type { DeploymentSpec, JobSpec } from "./manifest.ts";
import type { Node } from "./pod.ts";

export const IMAGE = `registry.example.com/shop@sha256:${"0123456789abcdef".repeat(4)}`;

/** The application: there until it is told to go. A project needs it as `server.mjs`. */
export const SERVER = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`;

interface Printed {
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

export interface PrintedCluster {
  /** The Job of the folder as it is now. */
  job(): Promise<Job>;
  /** Three pods of what is printed, in which the application's container is the reader's own. */
  pods(pattern: "gate" | "init-container"): Promise<Deployment>;
}

export function printedCluster(node: Node): PrintedCluster {
  const print = async (pattern: string): Promise<Printed> => {
    const { code, stdout, stderr } = await runCli(
      ["manifests", "--pattern", pattern, "--image", IMAGE],
      { cwd: node.dir },
    );
    if (code !== 0 || stderr !== "") throw new Error(`manifests ended with ${code}: ${stderr}`);
    return parse(stdout) as Printed;
  };
  return {
    async job() {
      const { metadata, spec } = await print("job");
      return startJob(metadata.name, spec as JobSpec, node);
    },
    async pods(pattern) {
      const { template } = (await print(pattern)).spec as DeploymentSpec;
      const containers = template.spec.containers.map((one) => ({
        ...one,
        command: ["node", "server.mjs"],
      }));
      const spec = { replicas: 3, template: { spec: { ...template.spec, containers } } };
      return startDeployment("shop", spec, node);
    },
  };
}
