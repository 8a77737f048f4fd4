/** docs/cli.md from the command table; scripts/generate-docs.ts writes it and CI compares it. */
import { COMMANDS } from "./commands.ts";
import { describeCommand, type DescribedArgument, type DescribedCommand } from "./described.ts";

/** The whole page, without the line that says by which script it was generated. */
export function renderCliDocs(): string {
  const commands = COMMANDS.map(describeCommand);
  const list = commands.map(
    ({ entry }) => `| [\`${entry.name}\`](#${entry.name}) | ${cell(entry.summary)} |`,
  );
  return [
    "# Command line",
    "",
    "`lockstep <command> [flags]`. Every command has `--help`; `lockstep --version` prints the version.",
    "Durations have a unit: `80ms`, `5s`, `10m`, `1h`. Exit codes are in [exit-codes.md](exit-codes.md).",
    "",
    "A command asks only on a terminal, outside of CI, and without `--json` and `--quiet`; anywhere",
    "else it needs its answers as flags (`--yes`, `--reason`). With `--json`, commands that apply",
    "migrations print one event per line ([events.md](events.md)); the others print one document. A",
    "failure is always on stderr in words, and in the JSON as well.",
    "",
    "| command | what it does |",
    "| --- | --- |",
    ...list,
    "",
    ...commands.flatMap(renderCommand),
  ].join("\n");
}

function renderCommand(command: DescribedCommand): string[] {
  const { entry, flags } = command;
  const usage = ["lockstep", entry.name, ...command.arguments.map(argumentText)].join(" ");
  const parameters = [
    ...command.arguments.map((argument) => [`\`${argumentText(argument)}\``, argument.brief]),
    ...flags.map((flag) => [
      flag.value.kind === "none"
        ? `\`--${flag.name}\``
        : `\`--${flag.name} <${cell(flag.placeholder)}>\`${flag.repeatable ? " …" : ""}`,
      flag.brief,
    ]),
  ];
  return [
    `## ${entry.name}`,
    "",
    entry.description,
    "",
    "```sh",
    ...entry.examples,
    "```",
    "",
    `\`${usage}${flags.length > 0 ? " [flags]" : ""}\``,
    "",
    ...(parameters.length === 0
      ? []
      : [
          "| parameter | meaning |",
          "| --- | --- |",
          ...parameters.map(([name = "", brief = ""]) => `| ${name} | ${cell(brief)} |`),
          "",
        ]),
  ];
}

function argumentText(argument: DescribedArgument): string {
  return argument.repeatable ? `[${argument.name}…]` : `<${argument.name}>`;
}

/** In a table a bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
