/** A reference to a container image, and the short id that names of Jobs end with. */
import { createHash } from "node:crypto";
import { Failure } from "../failures/failure.ts";

export interface ImageReference {
  /** As it was given. */
  readonly text: string;
  /** The last part of the repository: `shop` of `registry.example.com/team/shop`. */
  readonly baseName: string;
  readonly digest?: string;
  /** Ten hexadecimal digits: of the digest, or of a hash of the reference where it has only a tag. */
  readonly id: string;
}

/** As distribution/reference has it: host, path, tag and digest. */
const REFERENCE =
  /^((?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::[\w][\w.-]{0,127})?(?:@sha256:([0-9a-f]{64}))?$/;

export function parseImage(text: string): ImageReference {
  const match = REFERENCE.exec(text);
  if (!match) {
    throw new Failure({
      class: "usage",
      what: `\`${text}\` is no reference to a container image.`,
      action: "Write it as `registry.example.com/shop@sha256:…`, or with a tag.",
    });
  }
  const [, repository = "", digest] = match;
  const hash = digest ?? createHash("sha256").update(text).digest("hex");
  return {
    text,
    baseName: repository.slice(repository.lastIndexOf("/") + 1),
    ...(digest !== undefined && { digest }),
    id: hash.slice(0, 10),
  };
}

/** What to say on stderr, if anything. */
export function imageWarning({ text, digest }: ImageReference): string | undefined {
  if (digest !== undefined) return undefined;
  return `${text} is a tag, which may be moved to another image under a Job that has this name. Give the digest: \`…@sha256:…\`.`;
}
