/**
 * Colours as an object that renderers are given, so that they stay pure: the decision whether to
 * colour is made once, from the environment and the stream, and never inside a renderer.
 */
import { styleText } from "node:util";

type Style = (text: string) => string;

export interface Paint {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
  readonly cyan: Style;
}

/** Whether to colour what goes to `stream`; Node's own order: FORCE_COLOR beats NO_COLOR. */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean | undefined },
): boolean {
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["NODE_DISABLE_COLORS"] !== undefined && env["NODE_DISABLE_COLORS"] !== "") return false;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function createPaint(enabled: boolean): Paint {
  // The stream is judged above: styleText's own check differs between Node 20 and 22.
  const style = (format: Parameters<typeof styleText>[0]): Style =>
    enabled ? (text) => styleText(format, text, { validateStream: false }) : (text) => text;
  return {
    bold: style("bold"),
    dim: style("dim"),
    red: style("red"),
    green: style("green"),
    yellow: style("yellow"),
    cyan: style("cyan"),
  };
}

export const PLAIN_PAINT: Paint = createPaint(false);
