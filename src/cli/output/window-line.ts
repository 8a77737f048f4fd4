/** Whether migrations may be applied now, for `plan` and `status`. */
import type { WindowReport } from "../../runner/window-text.ts";
import type { Paint } from "./paint.ts";
import { oneLine } from "./width.ts";

export function windowLine(window: WindowReport | null, paint: Paint): string[] {
  if (window === null) return [];
  const text = oneLine(window.message);
  return [window.open ? paint.dim(text) : paint.yellow(text)];
}
