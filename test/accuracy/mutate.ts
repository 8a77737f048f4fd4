/** Damages SQL at random, and the same way again for the same seed. */

/** Whole numbers from 0 to below `limit`. */
export type Dice = (limit: number) => number;

/** mulberry32: small, and good enough to choose places in a text. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  };
}

type Mutation = (text: Buffer, dice: Dice, other: Buffer) => Buffer;

const SNIPPETS = [
  ..."'\"$;:()[]{}\\/*-\u0000\r\n\t,.@#".split(""),
  "--",
  "/*",
  "*/",
  "$$",
  "$a$",
  "E'",
  "U&'\\",
  "\\.\n",
  "\\connect x\n",
  "COPY t FROM stdin;\n1\t2\n",
  "begin;",
  "commit;",
  "rollback;",
  "alter table",
  "concurrently",
  "not valid",
  "if exists",
  "set not null",
  "partition of",
  "references",
  "default random()",
  "null",
  "-- lockstep:transaction none\n",
  "-- lockstep:transaction",
  "-- lint-ignore",
  "${placeholder}",
  "\u{1f600}",
  "é",
  "\u202e",
  "\ufeff",
  "e\u0301",
  "\u0000",
  "9223372036854775808",
  "1e400",
];

const MUTATIONS: readonly Mutation[] = [
  // Single bytes, which need not be UTF-8 afterwards.
  (text, dice) => {
    const copy = Buffer.from(text);
    for (let left = 1 + dice(4); left > 0; left--) copy[dice(copy.length)] = dice(256);
    return copy;
  },
  (text, dice) => cut(text, dice, 1 + dice(12), Buffer.alloc(0)),
  (text, dice) => cut(text, dice, 0, Buffer.from(pick(SNIPPETS, dice))),
  (text, dice) => cut(text, dice, 1 + dice(6), Buffer.from(pick(SNIPPETS, dice))),
  // An end in the middle of anything.
  (text, dice) => text.subarray(0, dice(text.length)),
  (text, dice) => text.subarray(dice(text.length)),
  (text, dice, other) => {
    const from = dice(other.length);
    return cut(text, dice, dice(40), other.subarray(from, from + dice(200)));
  },
  tokens((words, dice) => words.toSpliced(dice(words.length), 1 + dice(3))),
  tokens((words, dice) => words.toSpliced(dice(words.length), 0, pick(words, dice))),
  tokens((words, dice) => {
    const [a, b] = [dice(words.length), dice(words.length)];
    return words.with(a, words[b] ?? "").with(b, words[a] ?? "");
  }),
  tokens((words, dice) => words.with(dice(words.length), pick(SNIPPETS, dice))),
];

/** One of a hundred. */
const MONSTERS: readonly Mutation[] = [
  (text, dice) => cut(text, dice, 0, Buffer.from("(".repeat(10 + dice(5000)))),
  (text, dice) => {
    const depth = 10 + dice(2000);
    return cut(text, dice, 0, Buffer.from(`select ${"(".repeat(depth)}1${")".repeat(depth)};`));
  },
  (text, dice) => {
    const depth = 10 + dice(2000);
    return Buffer.concat([text, Buffer.from(`;select ${"not ".repeat(depth)}true;`)]);
  },
  (text, dice) => cut(text, dice, 0, Buffer.from(`'${"x".repeat(dice(400_000))}'`)),
  (text, dice) => cut(text, dice, 0, Buffer.from("/*".repeat(dice(5000)))),
  (text, dice) => cut(text, dice, 0, Buffer.from(`"${"ä".repeat(dice(3000))}"`)),
  (text, dice) => Buffer.concat(Array.from({ length: 1 + dice(20) }, () => text)),
  (text, dice) => cut(text, dice, 0, Buffer.from(`${"1,".repeat(dice(20_000))}1`)),
];

export function mutate(text: Buffer, other: Buffer, dice: Dice): Buffer {
  let result = text;
  for (let left = 1 + dice(3); left > 0; left--) {
    const mutation = pick(dice(100) === 0 ? MONSTERS : MUTATIONS, dice);
    result = mutation(result, dice, other);
  }
  return result;
}

function cut(text: Buffer, dice: Dice, length: number, instead: Buffer): Buffer {
  const at = dice(text.length + 1);
  return Buffer.concat([text.subarray(0, at), instead, text.subarray(at + length)]);
}

function tokens(change: (words: readonly string[], dice: Dice) => readonly string[]): Mutation {
  return (text, dice) => {
    const words = text.toString("utf8").match(/\w+|\s+|[^\w\s]/gu) ?? [""];
    return Buffer.from(change(words, dice).join(""));
  };
}

function pick<T>(choices: readonly T[], dice: Dice): T {
  return choices[dice(choices.length)] as T;
}
