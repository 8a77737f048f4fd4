/** Git changes line endings, and a checksum over bytes changes with them, although nobody edited a file. */
export function lineEndingVariants(bytes: Buffer): readonly Buffer[] {
  // Latin-1, so that every byte stays what it is.
  const text = bytes.toString("latin1");
  const unix = text.replaceAll("\r\n", "\n");
  const variants = new Set([text, unix, unix.replaceAll("\n", "\r\n")]);
  return [...variants].map((variant) => Buffer.from(variant, "latin1"));
}
