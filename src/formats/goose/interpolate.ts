/**
 * Values from the environment in one line, as goose fills them in: `$VAR`, `${VAR}`, `${VAR:-else}`,
 * `${VAR-else}`, `${VAR:offset:length}`, `${VAR?message}`; `\$` and `$$` are a dollar sign. A
 * variable that is not set is empty. Throws an Error that says what is wrong.
 */
export function interpolate(line: string, env: NodeJS.ProcessEnv): string {
  return new Interpolation(line, env).run();
}

class Interpolation {
  readonly #text: string;
  readonly #env: NodeJS.ProcessEnv;
  #at = 0;
  /** Inside an alternative that is not taken; what it lacks is no error. */
  #skipping = false;

  constructor(text: string, env: NodeJS.ProcessEnv) {
    this.#text = text;
    this.#env = env;
  }

  /** Up to the end, or to a closing brace that belongs to the expression around. */
  run(inBraces = false): string {
    let result = "";
    while (this.#at < this.#text.length) {
      const two = this.#text.slice(this.#at, this.#at + 2);
      const character = two[0]!;
      if (inBraces && character === "}") break;
      if (two === "\\\\" || two === "$(") {
        result += two;
        this.#at += 2;
      } else if (two === "\\$" || two === "$$") {
        result += "$";
        this.#at += 2;
      } else if (character === "$" && two.length === 2) {
        this.#at += 1;
        result += this.#expansion();
      } else {
        result += character;
        this.#at += 1;
      }
    }
    return result;
  }

  #expansion(): string {
    if (this.#text[this.#at] !== "{") return this.#value(this.#identifier()) ?? "";
    this.#at += 1;
    const name = this.#identifier();
    const value = this.#value(name);
    const result = this.#operation(name, value);
    if (this.#text[this.#at] !== "}") throw new Error(`\`\${${name}\` is not closed by \`}\``);
    this.#at += 1;
    return result;
  }

  #operation(name: string, value: string | undefined): string {
    const operator = /^(?::-|[:?-])/.exec(this.#text.slice(this.#at, this.#at + 2))?.[0] ?? "";
    this.#at += operator.length;
    if (operator === "") return value ?? "";
    if (operator === ":") return this.#substring(value ?? "");
    const taken = value !== undefined && !(operator === ":-" && value === "");
    const outer = this.#skipping;
    this.#skipping ||= taken;
    const otherwise = this.run(true);
    this.#skipping = outer;
    if (taken) return value;
    if (operator !== "?" || this.#skipping) return otherwise;
    throw new Error(`\`${name}\` is not set${otherwise === "" ? "" : `: ${otherwise}`}`);
  }

  /** As in a shell; a negative number counts from the end. Characters are counted as bytes. */
  #substring(value: string): string {
    const match = /^\s*([+-]?\d+)\s*(?::\s*([+-]?\d+)\s*)?(?=\})/.exec(this.#text.slice(this.#at));
    if (match === null) throw new Error("an offset in `${…:…}` is not a number");
    this.#at += match[0].length;
    const bytes = Buffer.from(value);
    const within = (at: number): number => Math.min(Math.max(at, 0), bytes.length);
    const offset = Number(match[1]);
    const from = within(offset < 0 ? offset + bytes.length : offset);
    if (match[2] === undefined) return bytes.toString("utf8", from);
    const length = Number(match[2]);
    const to = within(length < 0 ? Math.max(from, length + bytes.length) : from + length);
    return bytes.toString("utf8", from, to);
  }

  #identifier(): string {
    const match = /^\p{L}[\p{L}\p{N}_]*/u.exec(this.#text.slice(this.#at));
    if (match === null) {
      throw new Error("a `$` is not followed by a name; write `\\$` for a dollar sign");
    }
    this.#at += match[0].length;
    return match[0];
  }

  #value(name: string): string | undefined {
    return Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
  }
}
