import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Failure } from "../failures/failure.ts";
import type { ConnectTarget } from "./connect.ts";
import { hasConnectionEnv, resolveTarget } from "./conninfo.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "lockstep-conninfo-"));
});
afterEach(() => rm(home, { recursive: true }));

function resolve(url?: string, env: NodeJS.ProcessEnv = {}): Promise<ConnectTarget> {
  return resolveTarget({
    ...(url !== undefined && { url }),
    env: { HOME: home, ...env },
    cwd: home,
  });
}

async function write(name: string, text: string, mode = 0o600): Promise<string> {
  const path = join(home, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

async function refusal(url?: string, env?: NodeJS.ProcessEnv): Promise<Failure> {
  const error: unknown = await resolve(url, env).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  expect((error as Failure).class).toBe("config.invalid");
  return error as Failure;
}

describe("what cannot be a connection string", () => {
  const SECRET = "s3cr3t";
  test.each([
    ["an unencoded @ in the password", `postgres://u:${SECRET}@x${SECRET}@h/db`, "%40"],
    ["an unencoded / in the password", `postgres://u:${SECRET}/x@h/db`, "%2F"],
    ["an unencoded @ and / in the password", `postgres://u:a@b/${SECRET}@h/db`, "%40"],
    ["an unencoded @ and ? in the password", `postgres://u:a@b?${SECRET}@h/db`, "%40"],
    ["a stray % in the password", `postgres://u:${SECRET}%zz@h/db`, "%25"],
    ["escapes that are no UTF-8", `postgres://u:${SECRET}%ff@h/db`, "%25"],
    ["a zero byte", `postgres://u:${SECRET}%00@h/db`, "%25"],
    ["quotes around it", `"postgres://u:${SECRET}@h/db"`, "without quotes"],
    ["another scheme", `mysql://u:${SECRET}@h/db`, "postgres://"],
    ["JDBC's form", `jdbc:postgresql://h/db?password=${SECRET}`, "postgres://"],
    ["a bare word", SECRET, "postgres://"],
    ["a shell command", `psql "postgres://u:${SECRET}@h/db?a=b"`, "postgres://"],
    ["a quote that does not end", `host=h password='${SECRET}`, "Close it"],
    ["a value with a space and no quotes", `password=a ${SECRET}`, "single quotes"],
  ])("%s is refused with help, and the password is not shown", async (_, url, help) => {
    const failure = await refusal(url);
    expect(failure.action).toContain(help);
    expect(JSON.stringify(failure)).not.toContain(SECRET);
  });

  test.each([
    ["postgres://h/db?sslmod=require", "`sslmode`"],
    ["host=h pasword=x", "`password`"],
    ["host=h sslmode=requir", "`require`"],
    ["postgres://h/db?target_session_attrs=readwrite", "`read-write`"],
  ])("a misspelt name in %s is answered with the nearest", async (url, near) => {
    expect((await refusal(url)).action).toContain(near);
  });

  test.each([
    "postgres://h:0/db",
    "postgres://h:65536/db",
    "postgres://h:x/db",
    "postgres://[::1/db",
    "postgres://[]/db",
    "postgres://h1:1,h2:2,h3/db?port=1,2",
    "hostaddr=localhost",
    "host=a,b hostaddr=127.0.0.1",
    "host=@abstract",
    "host=h connect_timeout=soon",
    "host=h requirepeer=postgres",
    "host=h require_auth=scram-sha-256",
    "host=h gssencmode=require",
    "host=h replication=database",
    "host=h sslmode=prefer sslnegotiation=direct",
    "host=h sslmode=disable channel_binding=require",
    "host=h sslmode=require sslrootcert=system",
    "host=h sslmode=verify-ca",
  ])("%s is refused", async (url) => {
    await refusal(url);
  });

  test("a wrong variable is named as the source", async () => {
    expect((await refusal(undefined, { PGSSLMODE: "on" })).what).toContain("`PGSSLMODE` is `on`");
    expect((await refusal(undefined, { PGPORT: "x" })).what).toContain("`PGPORT` is `x`");
  });
});

describe("leftovers of other tools", () => {
  test("they are accepted and change nothing", async () => {
    const plain = await resolve("postgres://u@h/db");
    const left =
      "pgbouncer=true&connection_limit=5&pool_timeout=0&sslaccept=strict&x-migrations-table=m&schema=public";
    const given = await resolve(`postgres://u@h/db?${left}`);
    expect({ ...given, hosts: given.hosts.map((h) => ({ ...h, password: "" })) }).toStrictEqual({
      ...plain,
      hosts: plain.hosts.map((h) => ({ ...h, password: "" })),
    });
  });

  test("a schema is ignored with a note", async () => {
    const { notes } = await resolve("postgres://u@h/db?schema=app");
    expect(notes?.join()).toContain("`searchPath`");
  });

  test("a search_path becomes a server option", async () => {
    const { hosts } = await resolve("postgres://u@h/db?search_path=app,%20public");
    expect(hosts[0]?.options).toBe("-c search_path=app,\\ public");
  });

  test("an unencoded = in options is taken as it is meant", async () => {
    const { hosts } = await resolve("postgres://u@h/db?options=-csearch_path=app");
    expect(hosts[0]?.options).toBe("-csearch_path=app");
  });
});

describe("sslmode", () => {
  const PEM = "-----BEGIN CERTIFICATE-----\n";
  const shape = async (url: string, env?: NodeJS.ProcessEnv) =>
    (await resolve(url, env)).hosts.map(({ ssl }) =>
      typeof ssl === "object"
        ? {
            verify: ssl.rejectUnauthorized,
            name: ssl.checkServerIdentity === undefined,
            ca: ssl.ca !== undefined,
          }
        : ssl,
    );
  const open = { verify: false, name: false, ca: false };
  const chain = { verify: true, name: false, ca: true };
  const full = { verify: true, name: true, ca: true };

  test("each mode gives the attempts that libpq makes", async () => {
    expect(await shape("host=h sslmode=disable")).toEqual([false]);
    expect(await shape("host=h sslmode=allow")).toEqual([false, open]);
    expect(await shape("host=h sslmode=prefer")).toEqual([open, false]);
    expect(await shape("host=h")).toEqual([open, false]);
    expect(await shape("host=h sslmode=require")).toEqual([open]);
    expect(await shape("host=h sslmode=no-verify")).toEqual([open]);
    expect(await shape("postgres://h/?ssl=true")).toEqual([open]);
    expect(await shape("host=h", { PGSSLMODE: "disable" })).toEqual([false]);
  });

  test("a root certificate is checked in every mode", async () => {
    await write("root.pem", PEM);
    expect(await shape("host=h sslmode=require sslrootcert=root.pem")).toEqual([chain]);
    expect(await shape("host=h sslmode=verify-ca sslrootcert=root.pem")).toEqual([chain]);
    expect(await shape("host=h sslmode=verify-full sslrootcert=root.pem")).toEqual([full]);
    await write(".postgresql/root.crt", PEM);
    expect(await shape("host=h sslmode=require")).toEqual([chain]);
  });

  test("a root certificate that does not exist makes require say that it checks nothing", async () => {
    const { notes } = await resolve("host=h sslmode=require sslrootcert=nowhere.pem");
    expect(notes?.join()).toContain("does not check");
    await refusal("host=h sslmode=verify-full sslrootcert=nowhere.pem");
  });

  test("the system's authorities are meant by sslrootcert=system, and imply verify-full", async () => {
    const path = await write("roots.pem", PEM);
    const env = { SSL_CERT_FILE: path };
    expect(await shape("host=h sslrootcert=system", env)).toEqual([full]);
    expect(await shape("host=h sslmode=verify-full", env)).toEqual([full]);
  });

  test("a socket never uses TLS", async () => {
    expect(await shape("host=/tmp sslmode=require")).toEqual([false]);
  });

  test("with hostaddr the certificate is checked for the host", async () => {
    const { hosts } = await resolve("host=db.example.com hostaddr=127.0.0.1 sslmode=require");
    expect(hosts[0]).toMatchObject({
      host: "127.0.0.1",
      ssl: { servername: "db.example.com", host: "db.example.com" },
    });
  });

  test("a client certificate needs a key that others cannot read", async () => {
    await write(".postgresql/postgresql.crt", PEM);
    expect((await refusal("host=h sslmode=require")).what).toContain("no private key");
    const key = await write(".postgresql/postgresql.key", "key", 0o644);
    expect((await refusal("host=h sslmode=require")).action).toContain("chmod 600");
    await chmod(key, 0o600);
    const { hosts } = await resolve("host=h sslmode=require");
    expect(hosts[0]?.ssl).toMatchObject({ cert: Buffer.from(PEM), key: Buffer.from("key") });
    const without = await resolve("host=h sslmode=require sslcertmode=disable");
    expect(without.hosts[0]?.ssl).not.toHaveProperty("cert");
  });

  test("entries of one address are told apart from other addresses", async () => {
    const target = await resolve("host=a,b sslmode=prefer");
    expect(target.hosts.map((h) => h.host)).toEqual(["a", "a", "b", "b"]);
    expect(target.addressOf).toEqual([0, 0, 1, 1]);
  });
});

describe("password file", () => {
  const passwordOf = async (url: string, env?: NodeJS.ProcessEnv) => {
    const password = (await resolve(url, env)).hosts[0]?.password;
    return typeof password === "string" ? password : undefined;
  };

  test("the first matching line wins, with wildcards, escapes and comments", async () => {
    await write(
      ".pgpass",
      [
        "# a comment",
        "h:5432:other:u:wrong",
        "h:5433:db:u:port",
        "\\:\\:1:*:*:u:six",
        "localhost:*:*:u:socket",
        "h:*:db:u:a\\:b\\\\c:d",
        "*:*:*:*:any",
        "",
      ].join("\n"),
    );
    expect(await passwordOf("host=h dbname=db user=u")).toBe("a:b\\c:d");
    expect(await passwordOf("host=h port=5433 dbname=db user=u")).toBe("port");
    expect(await passwordOf("host=::1 dbname=db user=u")).toBe("six");
    expect(await passwordOf("host=/var/run/postgresql user=u")).toBe("socket");
    expect(await passwordOf("host=x user=y")).toBe("any");
    expect(await passwordOf("host=x user=y password=given")).toBe("given");
    expect(await passwordOf("host=x user=y", { PGPASSWORD: "env" })).toBe("env");
  });

  test("each host gets its own password", async () => {
    await write("pass", "a:*:*:*:one\nb:*:*:*:two\n");
    const { hosts } = await resolve("host=a,b sslmode=disable", { PGPASSFILE: join(home, "pass") });
    expect(hosts.map((host) => host.password)).toEqual(["one", "two"]);
  });

  test("a file that others can read is not used, with a note", async () => {
    const path = await write(".pgpass", "*:*:*:*:any", 0o640);
    expect(await passwordOf("host=h")).toBeUndefined();
    expect((await resolve("host=h")).notes?.join()).toContain(`chmod 600 ${path}`);
  });

  test("without a password the server's request for one is a failure that says so", async () => {
    const password = (await resolve("host=h user=u")).hosts[0]?.password;
    expect(password).toBeTypeOf("function");
    await expect((password as () => Promise<string>)()).rejects.toMatchObject({
      class: "auth.failed",
    });
  });
});

describe("services", () => {
  test("a service fills what the connection string leaves open, and wins over variables", async () => {
    await write(
      ".pg_service.conf",
      "# x\n[other]\nhost=no\n[app]\nhost=s\nport=7\nhost=second\nuser=su\n[app]\ndbname=late\n",
    );
    const target = await resolve("postgres://u@/db?service=app&sslmode=disable", {
      PGHOST: "env",
      PGCONNECT_TIMEOUT: "3",
    });
    expect(target.hosts[0]).toMatchObject({ host: "s", port: 7, user: "u", database: "db" });
    expect(target.connectTimeoutMs).toBe(3000);
  });

  test("the system's file is used for what the user's file does not have", async () => {
    await write("etc/pg_service.conf", "[sys]\nhost=system\n");
    const env = { PGSERVICE: "sys", PGSYSCONFDIR: join(home, "etc") };
    expect((await resolve(undefined, env)).hosts[0]?.host).toBe("system");
  });

  test("an unknown service names the files that were looked in", async () => {
    const failure = await refusal("service=nope");
    expect(failure.notes[0]).toContain(join(home, ".pg_service.conf"));
  });

  test.each(["host", "host = x", "service=other", "hots=x"])(
    "the line %j is refused with its place",
    async (line) => {
      const path = await write("services", `[a]\n${line}\n`);
      const failure = await refusal("service=a", { PGSERVICEFILE: path });
      expect(failure.what).toContain("services line 2");
    },
  );
});

describe("defaults", () => {
  test("the user is that of the system and the database is called like the user", async () => {
    const { hosts } = await resolve("host=h");
    const { username } = userInfo();
    expect(hosts[0]).toMatchObject({ user: username, database: username, port: 5432 });
    expect((await resolve("host=h user=ann")).hosts[0]?.database).toBe("ann");
  });

  test("the timeout is 10 s, one second counts as two, and zero is no limit", async () => {
    expect((await resolve("host=h")).connectTimeoutMs).toBe(10_000);
    expect((await resolve("host=h connect_timeout=1")).connectTimeoutMs).toBe(2000);
    expect((await resolve("host=h connect_timeout=0")).connectTimeoutMs).toBe(0);
  });

  test("without a socket in the default directories the host is localhost", async () => {
    // Nothing listens on port 1, so that no socket has that number.
    expect((await resolve("port=1 sslmode=disable")).hosts[0]?.host).toBe("localhost");
  });

  test("the application name is the caller's unless one is given", async () => {
    const name = async (url: string, env: NodeJS.ProcessEnv = {}) =>
      (await resolveTarget({ url, env: { HOME: home, ...env }, applicationName: "lockstep" }))
        .hosts[0]?.application_name;
    expect(await name("host=h")).toBe("lockstep");
    expect(await name("host=h application_name=x")).toBe("x");
    expect(await name("host=h", { PGAPPNAME: "y" })).toBe("y");
  });
});

test("the display names user, hosts, ports and database, never the password", async () => {
  const { display } = await resolve("postgres://ann:secret@db.example.com,[::1]:5433/app");
  expect(display).toBe("ann@db.example.com:5432,[::1]:5433/app");
});

test("variables that say where the database is count as given, others do not", () => {
  expect(hasConnectionEnv({ PGHOST: "h" })).toBe(true);
  expect(hasConnectionEnv({ PGSERVICE: "s" })).toBe(true);
  expect(hasConnectionEnv({ PGHOST: "", PGSSLMODE: "require", PGPASSWORD: "x" })).toBe(false);
});
