/**
 * TLS as libpq means it, for `pg`'s `ssl` option.
 *
 * I1: the mode never becomes weaker than what was asked for; what cannot be honoured is refused.
 * I2: a root certificate that exists is used in every mode, as in libpq's initialize_SSL: then
 *     `require` checks the chain too.
 */
import { statSync } from "node:fs";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";

import { Failure } from "../failures/failure.ts";
import { readIfThere, resolvePath, userFile, type Surroundings } from "./conninfo-files.ts";
import type { Address } from "./conninfo-hosts.ts";
import { textOf, wordOf, type ParamName, type Params } from "./conninfo-params.ts";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

const PROTOCOLS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

/** Where systems keep the authorities that they trust; Node has its own list and ignores these. */
const SYSTEM_ROOTS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

export function readSslMode(params: Params): SslMode {
  const system = textOf(params, "sslrootcert") === "system";
  // `pg` also knows `no-verify`, which is what libpq calls `require`.
  const given = wordOf(params, "sslmode", [...SSL_MODES, "no-verify"]);
  const mode = given === "no-verify" ? "require" : given;
  if (system && mode !== undefined && mode !== "verify-full") {
    throw new Failure({
      class: "config.invalid",
      what: `\`sslmode=${mode}\` is too weak for \`sslrootcert=system\`: anybody can get a certificate from a public authority.`,
      action: "Use `sslmode=verify-full`, or leave `sslmode` out.",
    });
  }
  return mode ?? (system ? "verify-full" : "prefer");
}

/** Whether the attempts on one address use TLS, in their order. Sockets never use it, as in libpq. */
export function tlsAttempts(mode: SslMode, address: Address): readonly boolean[] {
  if (address.isSocket || mode === "disable") return [false];
  if (mode === "allow") return [false, true];
  if (mode === "prefer") return [true, false];
  return [true];
}

/** Reads the certificates once; the result is completed for each address by `tlsFor`. */
export async function loadTls(
  mode: SslMode,
  params: Params,
  notes: string[],
  around: Surroundings,
): Promise<ConnectionOptions> {
  const roots = await loadRoots(mode, params, notes, around);
  const crl = await load(params, "sslcrl", ".postgresql/root.crl", around);
  if (textOf(params, "sslcrldir")) throw unsupported(params, "sslcrldir", "Use `sslcrl`.");
  const minVersion = wordOf(params, "ssl_min_protocol_version", PROTOCOLS);
  const maxVersion = wordOf(params, "ssl_max_protocol_version", PROTOCOLS);
  return {
    // Without a root certificate `require` encrypts and checks nothing, which is its meaning.
    rejectUnauthorized: roots.verify,
    ...(roots.ca && { ca: roots.ca }),
    // Only verify-full compares the host name with the certificate.
    ...(mode !== "verify-full" && { checkServerIdentity: acceptAnyName }),
    ...(roots.verify && crl && { crl }),
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
    ...(await loadClientCertificate(params, notes, around)),
  };
}

/** `pg` names the dialled address in the handshake; with `hostaddr` the name is another one. */
export function tlsFor(base: ConnectionOptions, address: Address): ConnectionOptions {
  if (address.dial === address.name) return base;
  return {
    ...base,
    host: address.name,
    ...(isIP(address.name) === 0 && { servername: address.name }),
  };
}

/** For `checkServerIdentity`: no error, whatever the certificate's name. */
function acceptAnyName(): undefined {}

async function loadRoots(
  mode: SslMode,
  params: Params,
  notes: string[],
  around: Surroundings,
): Promise<{ verify: boolean; ca?: Buffer[] }> {
  const named = textOf(params, "sslrootcert");
  if (named === "system") return { verify: true, ...(await loadSystemRoots(around)) };
  const ca = await load(params, "sslrootcert", ".postgresql/root.crt", around);
  if (ca) return { verify: true, ca: [ca] };
  // libpq stops here for verify-full as well. Without any file named, checking chain and name
  // against the authorities of the system is as strict, and it is what hosted databases need.
  if (mode === "verify-full" && named === undefined) {
    return { verify: true, ...(await loadSystemRoots(around)) };
  }
  if (mode === "verify-ca" || mode === "verify-full") {
    throw new Failure({
      class: "config.invalid",
      what: `\`sslmode=${mode}\` needs a root certificate, and ${named === undefined ? "~/.postgresql/root.crt" : named} does not exist.`,
      action:
        "Give its file as `sslrootcert`, or use `sslmode=verify-full` with `sslrootcert=system` for a certificate of a public authority.",
    });
  }
  if (named !== undefined) {
    notes.push(
      `The root certificate ${named} does not exist, so \`sslmode=${mode}\` does not check the server's certificate.`,
    );
  }
  return { verify: false };
}

async function loadSystemRoots(around: Surroundings): Promise<{ ca?: Buffer[] }> {
  const named = around.env["SSL_CERT_FILE"];
  for (const path of named ? [named] : SYSTEM_ROOTS) {
    const ca = await readIfThere(path);
    if (!ca) continue;
    // Node adds these to its own list only, which is not used once `ca` is given.
    const extra = around.env["NODE_EXTRA_CA_CERTS"];
    const more = extra ? await readIfThere(extra) : undefined;
    return { ca: more ? [ca, more] : [ca] };
  }
  // Node's own list of authorities.
  return {};
}

async function loadClientCertificate(
  params: Params,
  notes: string[],
  around: Surroundings,
): Promise<ConnectionOptions> {
  const certMode = wordOf(params, "sslcertmode", ["disable", "allow", "require"] as const);
  if (certMode === "disable") return {};
  const cert = await load(params, "sslcert", ".postgresql/postgresql.crt", around);
  if (!cert) {
    const named = textOf(params, "sslcert");
    if (named !== undefined) {
      notes.push(
        `The client certificate ${named} does not exist; the connection goes without one.`,
      );
    }
    return {};
  }
  const passphrase = textOf(params, "sslpassword");
  return { cert, key: await loadKey(params, around), ...(passphrase && { passphrase }) };
}

async function loadKey(params: Params, around: Surroundings): Promise<Buffer> {
  const path = pathOf(params, "sslkey", ".postgresql/postgresql.key", around);
  const key = await load(params, "sslkey", ".postgresql/postgresql.key", around);
  if (!key) {
    throw new Failure({
      class: "config.invalid",
      what: `There is a client certificate but no private key at ${path}.`,
      action: "Give the key's file as `sslkey`.",
    });
  }
  // libpq: 0600 for a file of one's own, 0640 for one of root.
  const info = statSync(path);
  const allowed = info.uid === 0 ? 0o027 : 0o077;
  if (process.platform !== "win32" && (info.mode & allowed) !== 0) {
    throw new Failure({
      class: "config.invalid",
      what: `The private key ${path} can be read by group or others.`,
      action: `Run \`chmod 600 ${path}\`.`,
    });
  }
  return key;
}

async function load(
  params: Params,
  name: ParamName,
  byDefault: string,
  around: Surroundings,
): Promise<Buffer | undefined> {
  const path = pathOf(params, name, byDefault, around);
  try {
    return await readIfThere(path);
  } catch (error) {
    throw new Failure({
      class: "config.invalid",
      what: `${path} cannot be read: ${(error as Error).message}.`,
      action: `Make the file readable, or give another one as \`${name}\`.`,
      cause: error,
    });
  }
}

function pathOf(params: Params, name: ParamName, unix: string, around: Surroundings): string {
  const named = textOf(params, name);
  return named === undefined
    ? userFile(around, unix, unix.slice(unix.lastIndexOf("/") + 1))
    : resolvePath(around, named);
}

export function unsupported(params: Params, name: ParamName, action: string): Failure {
  return new Failure({
    class: "config.invalid",
    what: `${params.get(name)?.from ?? name} cannot be honoured by this driver.`,
    action,
  });
}
