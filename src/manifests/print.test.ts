import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createPrinter } from "./print.ts";
import { field, helm, list, map, toPlain, when, type MapNode, type Value } from "./tree.ts";

const print = await createPrinter();

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom(
    "on",
    "no",
    "null",
    "~",
    "1e3",
    "0x1f",
    "1:30",
    "# x",
    "a: b",
    "- a",
    " a ",
    "a\nb\n",
    "{{ x }}",
    "*a",
    "!a",
    "%",
    "@",
    "`",
    "2001-01-01",
    "",
    "\t",
    "=",
    "<<",
  ),
);
const { node } = fc.letrec<{ node: MapNode; value: Value }>((tie) => ({
  node: fc
    .uniqueArray(fc.tuple(text, tie("value"), fc.option(fc.lorem(), { nil: undefined })), {
      minLength: 1,
      maxLength: 4,
      selector: ([key]) => key,
    })
    // An object has its own idea of this key.
    .map((rows) =>
      map(
        ...rows
          .filter(([key]) => key !== "__proto__")
          .map(([key, value, why]) => field(key, value, why)),
      ),
    ),
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(text, { maxLength: 3 }).map((words) => list(...words)),
    fc
      .array(tie("node"), { minLength: 1, maxLength: 3 })
      .map((nodes) => list(...nodes.filter(({ fields }) => fields.length > 0))),
    tie("node"),
  ),
}));

test("whatever the texts are, the YAML says what the tree says", () => {
  fc.assert(
    fc.property(node, (root) => {
      fc.pre(root.fields.length > 0);
      expect(parse(print(root), { maxAliasCount: 0 })).toEqual(toPlain(root));
    }),
    { numRuns: 500 },
  );
});

test("comments stand above what they are about, and no line is too long", () => {
  const why =
    "a reason that is so long that it has to be broken at some point, because lines have an end somewhere";
  const root = map(field("a", list(map(field("b", 1, why), field("c", 2))), "the list"));
  expect(print(root, ["what it is"])).toMatchInlineSnapshot(`
    "# what it is
    # the list
    a:
      # a reason that is so long that it has to be broken at some point, because lines have an end
      # somewhere
      - b: 1
        c: 2
    "
  `);
});

test("neighbours with the same condition share it", () => {
  const root = map(
    field("a", 1),
    when(".Values.x", field("b", helm(".Values.b"))),
    when(".Values.x", field("c", helm(".Values.c | int64"))),
    when(".Values.y", field("d", 2)),
  );
  expect(print(root)).toMatchInlineSnapshot(`
    "a: 1
    {{- if .Values.x }}
    b: {{ .Values.b }}
    c: {{ .Values.c | int64 }}
    {{- end }}
    {{- if .Values.y }}
    d: 2
    {{- end }}
    "
  `);
});

test("a tree with expressions is no object", () => {
  expect(() => toPlain(map(field("a", helm(".Values.a"))))).toThrow("no value here");
  expect(() => toPlain(map(when("x", field("a", 1))))).toThrow("a condition");
});
