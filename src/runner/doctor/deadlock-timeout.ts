/**
 * Autovacuum gives way to a waiter only when the waiter's deadlock check runs, after
 * deadlock_timeout; and a real deadlock stalls everybody in it for as long.
 */
import { ok, type Check } from "./check.ts";
import { age } from "./wording.ts";

const HIGH_MS = 5_000;

const TIMEOUT = `
  select s.setting from pg_catalog.pg_settings s where s.name = 'deadlock_timeout'`;

export const deadlockTimeout: Check = {
  id: "deadlock-timeout",
  title: "Deadlock timeout",
  async look({ session }) {
    const [row] = await session.query(TIMEOUT);
    const ms = Number(row?.["setting"]);
    if (ms <= HIGH_MS) return ok(`\`deadlock_timeout\` is ${ms} ms.`);
    return {
      status: "warn",
      message: `\`deadlock_timeout\` is ${age(ms)}: autovacuum gives way to a migration only after that long.`,
      action: "Set it back to about one second: `alter system set deadlock_timeout = '1s'`.",
    };
  },
};
