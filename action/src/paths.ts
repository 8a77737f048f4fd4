/**
 * Lockstep names files from its working directory, GitHub from the root of the repository. Where the
 * two are not the same folder, the difference is put in front.
 */

const ANNOTATION = /^(::(?:error|warning|notice) file=)/gm;

/** `below`: the working directory in the repository, with `/`; empty for its root. */
export function annotationsFromRoot(text: string, below: string): string {
  if (below === "") return text;
  const prefix = below.replaceAll("%", "%25").replaceAll(":", "%3A").replaceAll(",", "%2C");
  return text.replaceAll(ANNOTATION, (_all, start: string, offset: number) => {
    const isOutside = text.startsWith("/", offset + start.length);
    return isOutside ? start : `${start}${prefix}/`;
  });
}

export function sarifFromRoot(text: string, below: string): string {
  if (below === "") return text;
  const prefix = below.split("/").map(encodeURIComponent).join("/");
  const move = (key: string, value: unknown): unknown => {
    const { uri } = (value ?? {}) as { uri?: unknown };
    if (key !== "artifactLocation" || typeof uri !== "string") return value;
    return /^(?:[a-z]+:|\/)/i.test(uri) ? value : { ...(value as object), uri: `${prefix}/${uri}` };
  };
  return `${JSON.stringify(JSON.parse(text), move, 2)}\n`;
}
