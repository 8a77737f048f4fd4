/**
 * Many gates in one process, because a hundred Node processes on a few cores would measure Node.
 * `node gate-waiters.mjs <library> <url> <folder> <count>` prints `waiting` for each gate that has
 * looked, and `passed <milliseconds since 1970>` for each that has opened.
 */
const [library, url, dir, count] = process.argv.slice(2);
const { gate } = await import(library);

async function waitOnce() {
  let said = false;
  await gate({
    connection: url,
    dir,
    timeoutMs: 120_000,
    onState() {
      if (!said) console.log("waiting");
      said = true;
    },
  });
  console.log(`passed ${Date.now()}`);
}

await Promise.all(Array.from({ length: Number(count) }, waitOnce));
