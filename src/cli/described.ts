/** The command table as flat data, for what is generated from it: completions and docs/cli.md. */
import { PATTERNS } from "../manifests/manifest.ts";
import type { CommandEntry } from "./commands.ts";

export type ValueKind =
  | { readonly kind: "none" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" }
  | { readonly kind: "folder" }
  | { readonly kind: "other" };

export interface DescribedFlag {
  /** As written on the command line, without the dashes: `lock-wait`. */
  readonly name: string;
  readonly brief: string;
  readonly placeholder: string;
  readonly repeatable: boolean;
  readonly value: ValueKind;
}

export interface DescribedArgument {
  readonly name: string;
  readonly brief: string;
  readonly repeatable: boolean;
  readonly value: ValueKind;
}

export interface DescribedCommand {
  readonly entry: CommandEntry;
  readonly flags: readonly DescribedFlag[];
  readonly arguments: readonly DescribedArgument[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function describeCommand(entry: CommandEntry): DescribedCommand {
  const { flags = {}, positional } = entry.command.parameters;
  const described = Object.entries(flags).map(([name, flag]): DescribedFlag => {
    const placeholder = flag.placeholder ?? "value";
    return {
      name: kebab(name),
      brief: flag.brief,
      placeholder: flag.kind === "enum" ? flag.values.join("|") : placeholder,
      repeatable: "variadic" in flag && flag.variadic !== undefined && flag.variadic !== false,
      value:
        flag.kind === "boolean" || flag.kind === "counter"
          ? { kind: "none" }
          : flag.kind === "enum"
            ? { kind: "words", words: flag.values }
            : valueOf(placeholder),
    };
  });
  const parameters =
    positional === undefined
      ? []
      : positional.kind === "array"
        ? [positional.parameter]
        : positional.parameters;
  return {
    entry,
    flags: described,
    arguments: parameters.map((parameter) => {
      const name = parameter.placeholder ?? "argument";
      return {
        name,
        brief: parameter.brief,
        repeatable: positional?.kind === "array",
        value: valueOf(name),
      };
    }),
  };
}

/** The placeholder says what kind of value it stands for; the table has no other word for it. */
function valueOf(placeholder: string): ValueKind {
  if (placeholder === "file" || placeholder === "folder") return { kind: placeholder };
  if (placeholder === "pattern") return { kind: "words", words: PATTERNS };
  return placeholder === "shell" ? { kind: "words", words: SHELLS } : { kind: "other" };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
