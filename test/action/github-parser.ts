/** What GitHub itself would say of a workflow or an action, by its own parser. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "rolldown";
import { project } from "../support/project.ts";

interface Parsed {
  readonly context: {
    readonly errors: { getErrors(): readonly { readonly message: string }[] };
  };
}

type Parse = (file: { readonly name: string; readonly content: string }, trace: object) => Parsed;

interface Parser {
  readonly parseAction: Parse;
  readonly parseWorkflow: Parse;
}

const SOURCE = `
  export { parseWorkflow } from "@actions/workflow-parser";
  export { parseAction } from "@actions/workflow-parser/actions/action-parser";`;

const TRACE = { error() {}, info() {}, verbose() {} };

export async function errorsOfAction(content: string): Promise<string[]> {
  const { parseAction } = await loadParser();
  return messages(parseAction({ name: "action.yml", content }, TRACE));
}

export async function errorsOfWorkflow(content: string): Promise<string[]> {
  const { parseWorkflow } = await loadParser();
  return messages(parseWorkflow({ name: "workflow.yml", content }, TRACE));
}

let parser: Promise<Parser> | undefined;

/** It imports JSON without saying so, which Node refuses: so it is made one file first. */
function loadParser(): Promise<Parser> {
  return (parser ??= (async () => {
    const { dir } = await project();
    const file = join(dir, "parser.mjs");
    const input = "lockstep:parser";
    await build({
      input,
      platform: "node",
      cwd: join(import.meta.dirname, "../.."),
      plugins: [
        {
          name: "source",
          resolveId: (id) => (id === input ? join(import.meta.dirname, "parser.js") : undefined),
          load: (id) => (id.endsWith("/test/action/parser.js") ? SOURCE : undefined),
        },
      ],
      output: { file, format: "esm" },
      logLevel: "silent",
    });
    return (await import(pathToFileURL(file).href)) as Parser;
  })());
}

function messages({ context }: Parsed): string[] {
  return context.errors.getErrors().map(({ message }) => message);
}
