/** How PostgreSQL places the columns of a row: padding before what has to be aligned. */

interface Layout {
  readonly size: number;
  readonly align: number;
}

/** typlen and typalign of pg_type. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  bool: { size: 1, align: 1 },
  int2: { size: 2, align: 2 },
  int4: { size: 4, align: 4 },
  float4: { size: 4, align: 4 },
  date: { size: 4, align: 4 },
  oid: { size: 4, align: 4 },
  int8: { size: 8, align: 8 },
  float8: { size: 8, align: 8 },
  money: { size: 8, align: 8 },
  time: { size: 8, align: 8 },
  timestamp: { size: 8, align: 8 },
  timestamptz: { size: 8, align: 8 },
  timetz: { size: 12, align: 8 },
  interval: { size: 16, align: 8 },
  uuid: { size: 16, align: 1 },
};

/**
 * Bytes of each row that padding takes. A value of variable length ends anywhere, so that what comes
 * behind it is counted as if it began where it needs no padding.
 */
export function paddingOf(types: readonly string[]): number {
  let offset = 0;
  let padding = 0;
  for (const type of types) {
    const layout = LAYOUTS[type];
    if (layout === undefined) {
      offset = 0;
      continue;
    }
    const gap = (layout.align - (offset % layout.align)) % layout.align;
    padding += gap;
    offset += gap + layout.size;
  }
  return padding;
}
