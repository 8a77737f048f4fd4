/** How findings speak of many things: the first few by name, then how many more. */

const SHOWN = 5;

export function listed(items: readonly string[], separator = ", "): string {
  const more = items.length - SHOWN;
  const shown = items.slice(0, SHOWN).join(separator);
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Statements for the reader to run, on one line. */
export function statements(items: readonly string[]): string {
  const more = items.length - SHOWN;
  const shown = items
    .slice(0, SHOWN)
    .map((item) => `\`${item};\``)
    .join(" ");
  return more > 0 ? `${shown} (and ${more} more like these)` : shown;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `are` or `is`, after a count. */
export function be(number: number): string {
  return number === 1 ? "is" : "are";
}

/** `75 s`, `12 min`, `3 h`: whole units are enough to decide. */
export function age(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
