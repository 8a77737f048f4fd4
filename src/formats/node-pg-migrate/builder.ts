/**
 * Our own `pgm`, for projects where node-pg-migrate is not installed: it writes down the SQL of the
 * calls, with the names that version 9 of the tool gives. A call that it does not know, and the
 * database itself, are refused by name.
 *
 * B1. What was refused stays refused, also when the migration catches the error.
 */
import { createLiteral, type Shorthands } from "./names.ts";
import { operations } from "./operations.ts";

/** What the runner needs of a builder; the tool's own has it too. */
export interface Builder {
  enableReverseMode(): unknown;
  isUsingTransaction(): boolean;
  getSqlSteps(): readonly string[];
}

/** Says no: a Failure that names the call. */
export type Refuse = (call: string, why: string) => Error;

export function createBuilder(shorthands: Shorthands, refuse: Refuse): Builder {
  const steps: string[] = [];
  let backwards = false;
  let alone = false;
  const known = operations(shorthands);
  const builder: Record<string, unknown> = {
    func: createLiteral,
    noTransaction: () => {
      alone = true;
      return pgm;
    },
    enableReverseMode: () => {
      backwards = true;
      return pgm;
    },
    isUsingTransaction: () => !alone,
    getSqlSteps: () => (backwards ? steps.toReversed() : steps),
    getSql: () => `${(backwards ? steps.toReversed() : steps).join("\n")}\n`,
  };
  for (const [name, { write, back }] of known) {
    builder[name] = (...args: never[]) => {
      const chosen = backwards ? back : write;
      if (chosen === undefined) {
        throw refuse(`pgm.${name}`, "cannot be reversed without a `down` that says how");
      }
      const made = chosen(...args);
      steps.push(...(typeof made === "string" ? [made] : made));
    };
  }
  // Code that asks for what is not there must not go on with `undefined`.
  const pgm: Record<string, unknown> = new Proxy(builder, {
    get(target, name) {
      if (typeof name === "symbol" || name in target || PROBED.has(name)) {
        return Reflect.get(target, name) as unknown;
      }
      return () => {
        throw refuse(
          `pgm.${name}`,
          "is a call that Lockstep does not have; install node-pg-migrate in the project, and its own builder is used",
        );
      };
    },
  });
  return pgm as unknown as Builder;
}

/** Asked of any value by `await` and by JSON; to answer with a function would mislead them. */
const PROBED: ReadonlySet<string> = new Set(["then", "toJSON", "constructor"]);
