import { existsSync } from "node:fs";
import { statfs, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { serverUser } from "../../src/sandbox/server-user.ts";
import { smallDisk } from "./disk.ts";

test("a small disk fills up, belongs to the server's user, and goes away", async ({ skip }) => {
  const disk = await smallDisk(4);
  if ("skip" in disk) return skip(disk.skip);
  const { bsize, blocks } = await statfs(disk.path);
  expect(bsize * blocks).toBe(4 * 1024 * 1024);
  expect((await stat(disk.path)).uid).toBe(serverUser()?.uid);
  const tooMuch = writeFile(`${disk.path}/file`, Buffer.alloc(8 * 1024 * 1024));
  await expect(tooMuch).rejects.toMatchObject({ code: "ENOSPC" });
  await disk.remove();
  expect(existsSync(disk.path)).toBe(false);
});
