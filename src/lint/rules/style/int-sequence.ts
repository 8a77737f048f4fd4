import { stringList } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

export const intSequence = defineRule({
  id: "int-sequence",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A sequence ends at the end of a short integer",
  why: 'A sequence AS integer or smallint fails when its range is used up ("reached maximum value of sequence"), and rolled back transactions use numbers up, too.',
  instead: "Leave AS out: a sequence is a bigint.",
  bad: [{ sql: "create sequence order_numbers as integer;" }],
  good: [
    { sql: "create sequence order_numbers;" },
    { sql: "create sequence months as smallint maxvalue 12 cycle;", note: "it begins again" },
  ],
  otherIds: { migrationPilot: ["MP068"] },
  on: ["CreateSeqStmt"],
  *check({ node }) {
    if (!("CreateSeqStmt" in node)) return;
    const { sequence, options = [] } = node.CreateSeqStmt;
    const all = options.flatMap((one) => ("DefElem" in one ? [one.DefElem] : []));
    const type = all.find(({ defname }) => defname === "as")?.arg;
    const cycles = all.some(
      ({ defname, arg }) =>
        defname === "cycle" &&
        arg !== undefined &&
        "Boolean" in arg &&
        arg.Boolean.boolval === true,
    );
    if (type === undefined || !("TypeName" in type) || cycles) return;
    const name = stringList(type.TypeName.names).at(-1);
    if (name !== "int4" && name !== "int2") return;
    yield {
      message: `\`${sequence?.relname}\` ends at ${name === "int4" ? "2 147 483 647" : "32 767"}, and nextval fails from then on. Leave AS out: a sequence is a bigint.`,
      at: type.TypeName.location,
    };
  },
});
