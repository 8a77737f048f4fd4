/**
 * `atlas.sum`: a hash for each file, over the names and bytes of all files up to it, and one over
 * the list. SHA-256 in base64.
 */
import { createHash } from "node:crypto";
import type { Problems } from "../../migrations/problems.ts";

export interface HashedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The hash of each file, by its name, in their order. */
export function chainOf(files: readonly HashedFile[]): Map<string, string> {
  const chain = new Map<string, string>();
  const hash = createHash("sha256");
  for (const { name, bytes } of files) {
    hash.update(name).update(bytes);
    chain.set(name, hash.copy().digest("base64"));
  }
  return chain;
}

export interface SumFile {
  readonly path: string;
  readonly text: string;
}

/** Names the first file that is not as `atlas.sum` has it. Files with CR may have been hashed with LF. */
export function checkSum(sum: SumFile, files: readonly HashedFile[], problems: Problems): void {
  const entries = parseSum(sum, problems);
  if (entries === undefined) return;
  const written = mismatch(entries, chainOf(files));
  if (written === undefined) return;
  const asLf = files.map(({ name, bytes }) => ({ name, bytes: withLf(bytes) }));
  if (mismatch(entries, chainOf(asLf)) === undefined) return;
  const { name, what } = written;
  const path = `${sum.path.slice(0, -"atlas.sum".length)}${name}`;
  problems.addFile(
    "file.invalid",
    path,
    `\`${path}\` ${what}`,
    "Restore it from version control; or, when the change is meant, write the sums anew with `atlas migrate hash`.",
  );
}

function parseSum({ path, text }: SumFile, problems: Problems): Map<string, string> | undefined {
  const [first = "", ...lines] = text.split(/\r?\n/);
  const entries = new Map<string, string>();
  const total = createHash("sha256");
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const match = /^(.*?)\s*h1:(\S+)$/.exec(line);
    if (match === null) {
      problems.addFile(
        "file.invalid",
        path,
        `Line ${index + 2} of \`${path}\` is not a name and a hash.`,
        "Resolve the merge conflict in it, or write it anew with `atlas migrate hash`.",
      );
      return undefined;
    }
    entries.set(match[1]!, match[2]!);
    total.update(match[1]!).update(match[2]!);
  }
  if (first === `h1:${total.digest("base64")}`) return entries;
  problems.addFile(
    "file.invalid",
    path,
    `The first line of \`${path}\` is not the hash of the lines below it.`,
    "Resolve the merge conflict in it, or write it anew with `atlas migrate hash`.",
  );
  return undefined;
}

function mismatch(
  entries: ReadonlyMap<string, string>,
  chain: ReadonlyMap<string, string>,
): { name: string; what: string } | undefined {
  const expected = [...entries];
  const found = [...chain];
  for (const [index, [name, hash]] of found.entries()) {
    const entry = expected[index];
    if (entry?.[0] === name && entry[1] === hash) continue;
    if (!entries.has(name)) return { name, what: "is not in `atlas.sum`." };
    if (entry !== undefined && entry[0] !== name && !chain.has(entry[0])) break;
    return { name, what: "was changed after `atlas.sum` was written." };
  }
  const gone = expected.find(([name]) => !chain.has(name));
  return gone && { name: gone[0], what: "is in `atlas.sum`, and the file does not exist." };
}

function withLf(bytes: Buffer): Buffer {
  if (!bytes.includes(13)) return bytes;
  return Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}
