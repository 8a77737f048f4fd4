/** A run through a transaction pooler, watched directly and through the same pooler. */
import { expect, test } from "vitest";
import { runCli, startCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { project } from "../support/project.ts";

test.skipIf(skipWithoutPgBouncer() !== undefined)(
  "a pooled run says its file while it lasts, and the pooler is no obstacle to watching",
  async () => {
    await using db = await freshDatabase();
    const { hostname: host, port } = new URL(db.url);
    const bouncer = await startPgBouncer({
      host,
      port: Number(port),
      database: db.name,
      poolMode: "transaction",
      poolSize: 2,
    });
    const { dir: cwd } = await project({
      files: {
        "migrations/1_a.sql": "create table a (id int);",
        "migrations/2_slow.sql": "select pg_catalog.pg_sleep(4);",
      },
    });
    await runCli(["up", "--to", "1"], { cwd, url: db.url });
    const direct = startCli(["watch", "--wait"], { cwd, url: db.url });
    const pooled = startCli(["watch", "--wait"], { cwd, url: bouncer.url() });
    await direct.waitForOutput(/waiting for one to begin/);
    await pooled.waitForOutput(/waiting for one to begin/);
    const up = startCli(["up"], { cwd, url: bouncer.url() });
    await direct.waitForOutput(/2_slow: .*pg_sleep/);
    await pooled.waitForOutput(/2_slow: .*pg_sleep/);
    expect(await up.done).toMatchObject({ code: 0 });
    for (const watch of [direct, pooled]) {
      const done = await watch.done;
      expect(done).toMatchObject({ code: 0, stderr: "" });
      expect(done.stdout).toMatch(/done 2_slow[^]*ended well, 1 migration applied/);
    }
    await bouncer.stop();
    await expectNoLeftovers(db);
  },
);
