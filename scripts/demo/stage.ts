/** What the demo prints: one line per happening, with the seconds since it began. */

const began = performance.now();

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** `  3.4 s  B     applied 0005_order_channel`. */
export function happened(who: string, what: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  say(`${seconds} s  ${who.padEnd(7)} ${what}`);
}

export function heading(text: string): void {
  say();
  say(text);
  say("-".repeat(text.length));
}

export function elapsedSeconds(): number {
  return (performance.now() - began) / 1000;
}

/** Right-aligned numbers under their names. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) say(`  ${name.padEnd(width)}  ${value}`);
}
