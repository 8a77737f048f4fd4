/** The addresses of a connection: host, hostaddr and port lists matched up, and the defaults. */
import { statSync } from "node:fs";
import { isIP } from "node:net";

import { Failure } from "../failures/failure.ts";
import { textOf, type Params } from "./conninfo-params.ts";

export interface Address {
  /** What is dialled: a name, an IP address or a socket directory. */
  readonly dial: string;
  /** The host as given: the certificate and the password file are looked up with it. */
  readonly name: string;
  readonly port: number;
  readonly isSocket: boolean;
}

const DEFAULT_PORT = 5432;
/** Debian's and Red Hat's directory, then the one that PostgreSQL is compiled with upstream. */
export const SOCKET_DIRS = ["/var/run/postgresql", "/tmp"];

/** Every address in the order in which it is tried; `h1,h2` with one port shares the port. */
export async function listAddresses(params: Params): Promise<Address[]> {
  const hosts = textOf(params, "host")?.split(",");
  const hostaddrs = textOf(params, "hostaddr")?.split(",");
  const ports = textOf(params, "port")?.split(",") ?? [""];
  const count = (hostaddrs ?? hosts ?? [""]).length;
  if (hosts && hostaddrs && hosts.length !== hostaddrs.length) {
    throw mismatch(`${hosts.length} hosts and ${hostaddrs.length} values of \`hostaddr\``);
  }
  if (ports.length !== 1 && ports.length !== count) {
    throw mismatch(`${count} hosts and ${ports.length} ports`);
  }
  const addresses: Address[] = [];
  for (let i = 0; i < count; i++) {
    const port = readPort(ports.length === 1 ? ports[0]! : ports[i]!, params);
    addresses.push(await makeAddress(hosts?.[i] ?? "", hostaddrs?.[i] ?? "", port));
  }
  return textOf(params, "load_balance_hosts") === "random" ? shuffle(addresses) : addresses;
}

async function makeAddress(host: string, hostaddr: string, port: number): Promise<Address> {
  if (hostaddr !== "") {
    if (isIP(hostaddr) === 0) {
      throw new Failure({
        class: "config.invalid",
        what: `\`hostaddr\` is \`${hostaddr}\`, which is not an IP address.`,
        action: "Give an IP address, or give the name as `host`.",
      });
    }
    return { dial: hostaddr, name: host || hostaddr, port, isSocket: false };
  }
  if (host.startsWith("@")) {
    throw new Failure({
      class: "config.invalid",
      what: `The host \`${host}\` is an abstract socket, which this driver cannot connect to.`,
      action: "Give a host name or a socket directory.",
    });
  }
  const dial = host || (await defaultHost(port));
  return { dial, name: dial, port, isSocket: dial.startsWith("/") };
}

/** libpq has one directory compiled in; here the one where a server listens is looked for. */
async function defaultHost(port: number): Promise<string> {
  if (process.platform === "win32") return "localhost";
  for (const dir of SOCKET_DIRS) {
    try {
      if (statSync(`${dir}/.s.PGSQL.${port}`).isSocket()) return dir;
    } catch {
      // Not there, or not ours to see: the next place is tried.
    }
  }
  return "localhost";
}

function readPort(text: string, params: Params): number {
  const trimmed = text.trim();
  if (trimmed === "") return DEFAULT_PORT;
  const port = /^\d+$/.test(trimmed) ? Number(trimmed) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Failure({
    class: "config.invalid",
    what: `${params.get("port")?.from ?? "The port"} is \`${trimmed}\`, which is not a port number.`,
    action: "Give a number from 1 to 65535.",
  });
}

function mismatch(what: string): Failure {
  return new Failure({
    class: "config.invalid",
    what: `The connection has ${what}, which do not match up.`,
    action: "Give one port for all hosts, or as many as there are hosts.",
  });
}

/** Fisher and Yates; libpq shuffles once per connection for load_balance_hosts=random. */
function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
