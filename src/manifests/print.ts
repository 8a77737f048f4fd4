/** A tree as YAML, with the reason of each field in the line above it. */
import type { Field, Helm, ListNode, MapNode, Value } from "./tree.ts";

const WIDTH = 100;
/** Line breaks, and what an editor or a terminal may take for one. */
// oxlint-disable-next-line no-control-regex
const BROKEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

export type Printer = (root: MapNode, head?: readonly string[]) => string;

/** `yaml` decides what has to be quoted: `on`, `1e3` and `null` are no texts without quotes. */
export async function createPrinter(): Promise<Printer> {
  const { stringify } = await import("yaml");
  const scalar = (value: string | number | boolean): string =>
    // In one line whatever it is: as a text of JSON, which is one of YAML too.
    typeof value === "string" && BROKEN.test(value)
      ? JSON.stringify(value)
      : stringify(value, { lineWidth: 0, defaultStringType: "PLAIN" }).trimEnd();

  const printMap = ({ fields }: MapNode, indent: string): string[] =>
    fields.flatMap((one, index) => {
      const begins = one.when !== undefined && fields[index - 1]?.when !== one.when;
      const ends = one.when !== undefined && fields[index + 1]?.when !== one.when;
      return [
        ...(begins ? [`{{- if ${one.when} }}`] : []),
        ...printField(one, indent),
        ...(ends ? ["{{- end }}"] : []),
      ];
    });

  const printField = ({ key, value, why }: Field, indent: string): string[] => [
    ...comment(why, indent),
    ...(isLines(value)
      ? linesOf(value, indent)
      : printValue(`${indent}${scalar(key)}:`, value, `${indent}  `)),
  ];

  const printValue = (start: string, value: Value, indent: string): string[] => {
    if (typeof value !== "object") return [`${start} ${scalar(value)}`];
    if (value.kind === "helm") return printHelm(start, value, indent);
    if (value.kind === "map") {
      return value.fields.length === 0 ? [`${start} {}`] : [start, ...printMap(value, indent)];
    }
    return printList(start, value, indent);
  };

  const printList = (start: string, { items }: ListNode, indent: string): string[] => {
    if (items.every((item) => typeof item !== "object")) {
      const words = items.map((item) => (typeof item === "string" ? JSON.stringify(item) : item));
      return [`${start} [${words.join(", ")}]`];
    }
    return [
      start,
      ...items.flatMap((item) => {
        if (isLines(item)) return linesOf(item, indent);
        if (typeof item !== "object" || item.kind !== "map") {
          return printValue(`${indent}-`, item, `${indent}  `);
        }
        return dashed(printMap(item, `${indent}  `), indent);
      }),
    ];
  };

  return (root, head = []) => {
    const lines = [...head.flatMap((line) => comment(line, "")), ...printMap(root, "")];
    return `${lines.join("\n")}\n`;
  };
}

/** The dash stands before the first key, and the comments of that key above the dash. */
function dashed(lines: readonly string[], indent: string): string[] {
  const first = lines.findIndex((line) => !/^\s*#/.test(line));
  return lines.map((line, index) => {
    if (index > first) return line;
    return `${indent}${index === first ? "- " : ""}${line.slice(indent.length + 2)}`;
  });
}

function isLines(value: Value): value is Helm {
  return typeof value === "object" && value.kind === "helm" && value.as === "lines";
}

function linesOf({ expression }: Helm, indent: string): string[] {
  return expression.split("\n").map((line) => indent + line);
}

function printHelm(start: string, { expression, as }: Helm, indent: string): string[] {
  if (as === "inline") return [`${start} {{ ${expression} }}`];
  return [start, `${indent}{{- ${expression} | nindent ${indent.length} }}`];
}

function comment(words: string | undefined, indent: string): string[] {
  if (words === undefined) return [];
  const room = WIDTH - indent.length - 2;
  const lines = words.match(new RegExp(`\\S.{0,${room - 1}}(?=\\s|$)|\\S+`, "g")) ?? [];
  return lines.map((line) => `${indent}# ${line}`);
}
