/** Answers that several rules want of one statement, worked out once. */

export function perStatement<C extends object, T>(compute: (context: C) => T): (context: C) => T {
  const known = new WeakMap<C, { readonly answer: T }>();
  return (context) => {
    let found = known.get(context);
    if (found === undefined) {
      found = { answer: compute(context) };
      known.set(context, found);
    }
    return found.answer;
  };
}
