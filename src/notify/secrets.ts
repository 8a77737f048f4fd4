/**
 * The secrets of one notifier: read from where the configuration says they are, and taken out of
 * every text that is printed. Nobody else keeps them.
 */
import type { Secret } from "../config/notify-config.ts";

/** A notifier that cannot work, and why; never a failure of the run. */
export class Incomplete extends Error {}

export interface Endpoint {
  /** Without a user and a password. */
  readonly url: string;
  /** What the address had of them, as a header. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Shorter ones would take ordinary words out of every text. */
const SHORTEST = 3;

export class Secrets {
  readonly #env: NodeJS.ProcessEnv;
  readonly #known = new Set<string>();

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** The value of `key`; throws an Incomplete when there is none. */
  required(value: Secret, key: string): string {
    const found = this.optional(value);
    // Not in a header, not in an address, and the error about it would print it.
    // oxlint-disable-next-line no-control-regex
    if (found !== undefined && /[\u0000-\u001f\u007f]/.test(found)) {
      throw new Incomplete(`\`${key}\` contains a line end or another control character`);
    }
    if (found !== undefined) return found;
    throw new Incomplete(
      typeof value === "object"
        ? `\`${key}\` is to be taken from the variable \`${value.env}\`, which is not set; nobody was told`
        : `\`${key}\` is not given; nobody was told`,
    );
  }

  optional(value: Secret): string | undefined {
    const found = typeof value === "object" ? this.#env[value.env] : value;
    // A file that a secret is mounted from often ends with a line end.
    const text = found?.trim();
    if (text === undefined || text === "") return undefined;
    this.add(text);
    return text;
  }

  /** An address that is a secret itself. */
  endpoint(value: Secret, key: string): Endpoint {
    const text = this.required(value, key);
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
      throw new Incomplete(`\`${key}\` is no address that begins with https:// or http://`);
    }
    const url = new URL(text);
    this.add(url.href);
    // The part that tells this hook from others, as it stands in errors of servers and proxies.
    this.add(`${url.pathname}${url.search}`);
    const headers = this.#login(url);
    url.username = "";
    url.password = "";
    this.add(url.href);
    return { url: url.href, headers };
  }

  basic(username: string, password: string): string {
    const login = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
    this.add(login);
    return `Basic ${login}`;
  }

  add(secret: string): void {
    if (secret.length >= SHORTEST) this.#known.add(secret);
  }

  hide(text: string): string {
    let hidden = text;
    for (const secret of [...this.#known].toSorted((a, b) => b.length - a.length)) {
      hidden = hidden.replaceAll(secret, "***").replaceAll(encodeURIComponent(secret), "***");
    }
    return hidden;
  }

  #login(url: URL): Record<string, string> {
    if (url.username === "" && url.password === "") return {};
    const password = decodeURIComponent(url.password);
    this.add(password);
    return { authorization: this.basic(decodeURIComponent(url.username), password) };
  }
}
