/** The rows of the command table that print what a cluster needs. */
import { buildCommand } from "@stricli/core";
import { PATTERNS, type Pattern } from "../manifests/manifest.ts";
import { entry, type CommandEntry } from "./command-entry.ts";
import { projectFlags, text } from "./flags.ts";

const { config, env, json, quiet } = projectFlags;

export const MANIFEST_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "manifests",
      group: "Deploy",
      summary: "Print what Kubernetes needs to migrate before the new code starts",
      description:
        "Prints YAML with the reason of each field beside it; `kubernetes` in the configuration has its names and limits. job, helm-hook and argo-presync apply migrations before the roll-out, gate lets pods start when the schema is there, init-container migrates in each pod, cronjob applies contract migrations later. Connects to nothing.",
      examples: [
        "lockstep manifests --pattern job --image registry.example.com/shop@sha256:…",
        "lockstep manifests --pattern gate --image registry.example.com/shop@sha256:… --output k8s",
        "lockstep manifests --pattern helm-hook --image registry.example.com/shop:1.2.3 --name shop",
        "lockstep manifests --pattern cronjob --image registry.example.com/shop@sha256:… --json",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/manifests.ts")).manifests,
        parameters: {
          flags: {
            // No enum: the list of them all, behind the longest of these lines, runs off the page.
            pattern: {
              kind: "parsed",
              parse: parsePattern,
              brief: "What to print: one of the patterns above",
              placeholder: "pattern",
            },
            image: text("Image of the application, with its digest", "image"),
            name: text("Name of the application; by default the image's", "name"),
            namespace: text("Namespace of the objects; by default none is written", "name"),
            gate: {
              kind: "enum",
              values: ["init", "readiness"],
              brief: "With gate: how pods wait (default init)",
              optional: true,
            },
            output: text("Folder for files, instead of standard output", "folder"),
            config,
            env,
            json,
            quiet,
          },
        },
        docs,
      }),
  ),
];

function parsePattern(value: string): Pattern {
  const pattern = PATTERNS.find((one) => one === value);
  if (pattern !== undefined) return pattern;
  throw new SyntaxError(`write one of ${PATTERNS.join(", ")}`);
}
