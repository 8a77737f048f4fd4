/** The real helm, where it is installed. */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

/** A helm that was built with `go install` takes itself for one of Kubernetes 1.20. */
const KUBE_VERSION = "1.31.0";

const available = ((): true | string => {
  try {
    execFileSync("helm", ["version", "--short"], { stdio: "ignore" });
    return true;
  } catch {
    return "the program `helm` is not installed (go install helm.sh/helm/v3/cmd/helm@v3.17.3)";
  }
})();

/** The reason to skip, or undefined. Where LOCKSTEP_TEST_REQUIRE names `helm` it must be there. */
export function skipWithoutHelm(): string | undefined {
  const required = (process.env["LOCKSTEP_TEST_REQUIRE"] ?? "").split(/[\s,]+/);
  return available === true || required.includes("helm") ? undefined : available;
}

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function helm(args: readonly string[], home: string): Promise<HelmResult> {
  const env = { PATH: process.env["PATH"], HOME: home };
  const version = args[0] === "template" ? ["--kube-version", KUBE_VERSION] : [];
  try {
    const { stdout, stderr } = await promisify(execFile)("helm", [...args, ...version], { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as Partial<HelmResult>;
    if (typeof code !== "number") throw error;
    return { code, stdout, stderr };
  }
}
