/** Rows of heartbeats as instances would write them, for tests of what is decided from them. */
import { randomUUID } from "node:crypto";
import type { TestDatabase } from "../support/database.ts";

export interface Instance {
  readonly release?: string | null;
  readonly ships: readonly string[] | null;
  readonly role?: string;
  readonly address?: string | null;
  readonly host?: string;
  /** Seconds until it expires; below zero: it has. */
  readonly expiresIn?: number;
}

/** By default it accounts for all sessions of the tests' own role. */
export async function addInstance(db: TestDatabase, instance: Instance): Promise<string> {
  const id = randomUUID();
  const { release = "1.0", ships, role = "postgres", host = "pod-a", expiresIn = 60 } = instance;
  const address = instance.address === undefined ? await addressOf(db) : instance.address;
  await db.admin.query(
    `insert into lockstep.heartbeats (instance, release, ships, role_name, client_addr, host, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second')`,
    [id, release, ships, role, address, host, expiresIn],
  );
  return id;
}

export async function removeInstance(db: TestDatabase, id: string): Promise<void> {
  await db.admin.query("delete from lockstep.heartbeats where instance = $1", [id]);
}

async function addressOf(db: TestDatabase): Promise<string | null> {
  const [row] = await db.admin.query<{ address: string | null }>(
    "select host(inet_client_addr()) as address",
  );
  return row?.address ?? null;
}
