/**
 * graphile-migrate: `committed/000001-name.sql`, each with the hash of itself and of the one before
 * it. `current.sql` is the developer's, and never runs here. Placeholders come from `.gmrc`.
 */
import { createHash } from "node:crypto";
import type { Problems } from "../migrations/problems.ts";
import type { Migration, Reading, Version } from "../migrations/migration.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { history } from "./graphile-migrate/history.ts";
import { createReplacer, projectOf } from "./graphile-migrate/placeholders.ts";
import { migrationFile, readSql } from "./sql-file.ts";

/** Its own expressions. */
const NAME = /^([0-9]+)(-[-_a-zA-Z0-9]*)?\.sql$/;
const HEADER = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;

const COMMITTED = "committed";

export const graphileMigrate: Format = {
  id: "graphile-migrate",
  title: "graphile-migrate",
  order: "version",
  // The chain of hashes leaves no room between two files.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    const first = committedFiles(folder)[0];
    if (first === undefined || !/^--! Previous:/m.test(folder.text(first))) return undefined;
    return { strength: "sure", sign: `\`--! Previous:\` in \`${first.relativePath}\`` };
  },
  read,
  command: ({ dir, url }) =>
    `cd ${JSON.stringify(projectOf(dir))} && DATABASE_URL="${url}" graphile-migrate migrate`,
  history,
};

/** The folder `migrations`, or its `committed` itself. */
function committedFiles(folder: Folder): readonly FolderFile[] {
  const below = folder.list().folders.includes(COMMITTED) ? COMMITTED : "";
  const files = folder.list(below).files.filter(({ name }) => NAME.test(name));
  return files.toSorted((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1));
}

/** Compared as text, as its history is. */
function numberOf({ name }: FolderFile): string {
  return NAME.exec(name)?.[1] ?? "";
}

interface Committed {
  readonly file: FolderFile;
  readonly bytes: Buffer;
  readonly hash: string;
  readonly previous: string | null;
}

function read(input: ReadInput): Migration[] {
  const { folder, problems } = input;
  const replacer = createReplacer(input);
  const migrations: Migration[] = [];
  let before: Committed | undefined;
  for (const file of committedFiles(folder)) {
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    const one = parse(file, bytes, problems);
    if (one === undefined) continue;
    checkChain(one.committed, before, problems);
    before = one.committed;
    const id = file.name.slice(0, -".sql".length);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: numberOf(file) as Version,
      name: (NAME.exec(file.name)?.[2] ?? "").replace(/^-/, ""),
      id,
      up: migrationFile(file, bytes, {
        ...one.reading,
        rewrite: (whole, pieces) => replacer(file, whole, pieces),
      }),
      theirs: { key: one.committed.hash },
    });
  }
  return migrations;
}

/** Header, body and hash; a problem and undefined where one of them is not as the tool writes it. */
function parse(
  file: FolderFile,
  bytes: Buffer,
  problems: Problems,
): { committed: Committed; reading: Reading } | undefined {
  const wrong = (what: string, action: string): undefined => {
    problems.addFile("file.invalid", file.path, `\`${file.path}\` ${what}`, action);
  };
  const text = bytes.toString("utf8");
  const lines = text.split("\n");
  if (/^--! .*\r$/.test(lines[0] ?? "")) {
    return wrong(
      "has Windows line endings (CRLF), and its hash is that of the text with LF.",
      "Check it out with LF: write `*.sql text eol=lf` into `.gitattributes` and check the file out again.",
    );
  }
  const headers = new Map<string, string>();
  let count = 0;
  for (const line of lines) {
    const match = HEADER.exec(line);
    if (match === null) break;
    count += 1;
    const name = match[1]!;
    if (headers.has(name)) {
      return wrong(`has \`--! ${name}\` twice.`, "Remove one of the two.");
    }
    headers.set(name, (match[2] ?? "").trim());
  }
  const previous = headers.get("Previous");
  const hash = headers.get("Hash");
  for (const [name, value] of Object.entries({ Previous: previous, Hash: hash })) {
    if (value) continue;
    return wrong(
      `has no \`--! ${name}:\` at its top.`,
      "Commit it with `graphile-migrate commit`, or restore it from version control.",
    );
  }
  if (lines[count] !== "") {
    return wrong(
      "has no empty line below its `--!` headers.",
      "Restore the file from version control, or add the line.",
    );
  }
  const body = lines.slice(count).join("\n").trim();
  const before = previous === "-" ? null : previous!;
  const expected = hashOf(body, before);
  const allowed = headers.has("AllowInvalidHash");
  if (expected !== hash && !allowed) {
    const onlyEndings = hashOf(body.replaceAll("\r\n", "\n"), before) === hash;
    return wrong(
      onlyEndings
        ? "has Windows line endings (CRLF), and its hash is that of the text with LF."
        : `has the hash \`${expected}\`, but its header says \`${hash}\`: it was edited after it was committed.`,
      onlyEndings
        ? "Check it out with LF: write `*.sql text eol=lf` into `.gitattributes` and check the file out again."
        : "Restore the file and write the change as a new migration; or, when the edit is meant, add a line `--! AllowInvalidHash` to the header.",
    );
  }
  if (expected === hash && allowed) {
    return wrong(
      "says `--! AllowInvalidHash`, but its hash is right.",
      "Remove the line `--! AllowInvalidHash`.",
    );
  }
  const include = /^--!include[ \t]+(.*\.sql)[ \t]*$/m.exec(body);
  if (include) {
    return wrong(
      `includes \`${include[1]}\`; graphile-migrate puts the text in its place when it commits, and in a committed file the line is a comment.`,
      "Replace the line with the text of that file, or delete it, and add `--! AllowInvalidHash` to the header.",
    );
  }
  const start = Buffer.byteLength(lines.slice(0, count).join("\n"));
  const noTransaction = /^--!\s*no-transaction\b/.test(body.split("\n", 1)[0]!);
  return {
    committed: { file, bytes, hash: hash!, previous: before },
    reading: {
      range: { start, end: bytes.length },
      ...(noTransaction && { transaction: "statement" }),
    },
  };
}

function hashOf(body: string, previous: string | null): string {
  const text = `${`${previous ?? ""}\n${body}`.trim()}\n`;
  return `sha1:${createHash("sha1").update(text).digest("hex")}`;
}

function checkChain(one: Committed, before: Committed | undefined, problems: Problems): void {
  const { file, previous } = one;
  if (before !== undefined && numberOf(before.file) === numberOf(file)) {
    problems.addFile(
      "file.duplicate",
      file.path,
      `\`${before.file.path}\` and \`${file.path}\` have the same number.`,
      "Run `graphile-migrate uncommit` for the one that is not applied anywhere, and commit it again.",
    );
    return;
  }
  if (previous === (before?.hash ?? null)) return;
  const missing = Number(numberOf(file)) - Number(before ? numberOf(before.file) : 0) - 1;
  const gap =
    missing > 0
      ? ` ${missing === 1 ? "A file is" : `${missing} files are`} missing between \`${before ? numberOf(before.file) : "000000"}\` and \`${numberOf(file)}\`.`
      : "";
  problems.addFile(
    "file.invalid",
    file.path,
    `\`${file.path}\` follows \`${previous ?? "-"}\`, but ${
      before
        ? `\`${before.file.path}\` before it has the hash \`${before.hash}\``
        : "it is the first file"
    }.${gap}`,
    gap
      ? "Restore what is missing from version control."
      : "Restore the order of the files: two branches may have committed at the same time; `graphile-migrate uncommit` the later one and commit it again.",
  );
}
