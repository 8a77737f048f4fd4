import { XMLParser, XMLValidator } from "fast-xml-parser";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeData, escapeProperty, reportGithub } from "./github.ts";
import { reportGitlab } from "./gitlab.ts";
import { escapeAttribute, escapeText, reportJunit } from "./junit.ts";
import { REPORTERS } from "./registry.ts";
import { context, finding, result } from "./report.fixture.ts";
import { uriOf } from "./uri.ts";

describe("github", () => {
  test("a line for each finding, escaped, with columns where it has one line", () => {
    expect(reportGithub(result(), context())).toMatchInlineSnapshot(`
      "::error file=migrations/2_données #1.sql,line=2,col=1,endLine=2,endColumn=37,title=index-not-concurrent::Writes to \`été\` wait until the index is built.%0ALong work: an index is built under the lock on \`été\`.
      ::warning file=migrations/2_données #1.sql,line=4,col=1,endLine=4,endColumn=16,title=drop-table::The rows of \`a|b\` & <b> are gone: 100%25.%0AAsk @team.
      ::notice file=b.sql,line=1,endLine=3,title=unknown-to-all::It has several lines.
      1 error, 1 warning, 1 info in 2 files; 1 suppressed
      "
    `);
  });

  test("nothing of a text can end or begin a command", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."%:,\r\n;=a0D2C") }), (text) => {
        const back = escapeProperty(text)
          .replaceAll("%3A", ":")
          .replaceAll("%2C", ",")
          .replaceAll("%0D", "\r")
          .replaceAll("%0A", "\n")
          .replaceAll("%25", "%");
        expect(back).toBe(text);
        expect(escapeProperty(text)).not.toMatch(/[:,\r\n]/);
        expect(escapeData(text)).not.toMatch(/[\r\n]/);
      }),
    );
  });
});

describe("gitlab", () => {
  const parse = (over = {}): { severity: string; fingerprint: string }[] =>
    JSON.parse(reportGitlab(result(over), context())) as never;

  test("severities, places and names", () => {
    expect(parse().map(({ severity }) => severity)).toEqual(["critical", "minor", "info"]);
    expect(parse()[0]).toMatchObject({
      check_name: "index-not-concurrent",
      location: { path: "migrations/2_données #1.sql", lines: { begin: 2 } },
    });
  });

  test("fingerprints are unique also where findings are equal, and do not hang on lines", () => {
    const prints = (line: number) =>
      parse({ findings: [finding({ line }), finding({ line: line + 1 })] }).map(
        ({ fingerprint }) => fingerprint,
      );
    expect(new Set(prints(1)).size).toBe(2);
    expect(prints(1)).toEqual(prints(9));
  });
});

describe("junit", () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
  });

  test("a suite for each file and a case for each finding", () => {
    const text = reportJunit(result(), context());
    expect(XMLValidator.validate(text)).toBe(true);
    const { testsuites } = parser.parse(text);
    expect(testsuites).toMatchObject({ tests: "3", failures: "1", skipped: "2" });
    const [first, second] = testsuites.testsuite;
    expect(first).toMatchObject({ name: "migrations/2_données #1.sql", tests: "2" });
    expect(first.testcase[0].failure["#text"]).toContain("Writes to `été` wait");
    expect(first.testcase[1].skipped.message).toContain("The rows of `a|b` & <b> are gone");
    expect(second.testcase.name).toBe("unknown-to-all (1:1)");
  });

  test("without findings there is a case that passes", () => {
    const { testsuites } = parser.parse(reportJunit(result({ findings: [] }), context()));
    expect(testsuites.testsuite.testcase).toMatchObject({
      name: "No findings in 12 files; 1 suppressed",
    });
    expect(testsuites.tests).toBe("1");
  });

  test("whatever stands in a message, the file is XML", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (message) => {
        const text = reportJunit(result({ findings: [finding({ message })] }), context());
        expect(XMLValidator.validate(text)).toBe(true);
        // What a parser that goes by the letter refuses, this one may let pass.
        // eslint-disable-next-line no-control-regex -- control characters are the subject.
        expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(Buffer.from(text, "utf8").toString("utf8")).toBe(text);
      }),
    );
  });

  test("entities", () => {
    expect(escapeText('<a & "b">\r\n')).toBe("&lt;a &amp; &quot;b&quot;&gt;&#13;\n");
    expect(escapeAttribute("a\n\tb\u0000\ud800")).toBe("a&#10;&#9;b\ufffd\ufffd");
    expect(escapeText("😀")).toBe("😀");
  });
});

test.each([
  ["a b/é#1?.sql", "a%20b/%C3%A9%231%3F.sql"],
  ["./a.sql", "a.sql"],
  ["c:d/a.sql", "c%3Ad/a.sql"],
  ["/abs/a b.sql", "file:///abs/a%20b.sql"],
  ["C:/x y/a.sql", "file:///C:/x%20y/a.sql"],
  ["../up/a.sql", "../up/a.sql"],
])("%s as a URI is %s", (file, uri) => {
  expect(uriOf(file)).toBe(uri);
});

test("every reporter loads, and ends its text with a line feed", async () => {
  expect(new Set(REPORTERS.map(({ id }) => id)).size).toBe(REPORTERS.length);
  for (const { load } of REPORTERS) {
    const report = await load();
    expect(report(result(), context())).toMatch(/[^\n]\n$/);
    expect(report(result({ findings: [] }), context())).toMatch(/[^\n]\n$/);
  }
});
