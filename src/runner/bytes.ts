/** `12 GB`, `512 MB`: sizes as PostgreSQL prints them, in units of 1024. */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`;
}
