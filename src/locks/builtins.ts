export function functionVolatility(
  name: string,
  _major: number,
): "volatile" | "stable" | "immutable" | undefined {
  return name.includes("random") ? "volatile" : "stable";
}

export function isBinaryCoercible(from: string, to: string): boolean {
  return `${from}>${to}` === "varchar>text";
}
