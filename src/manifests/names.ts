/**
 * Names of Kubernetes objects: lower case, digits and dashes. A Job's name becomes a label of its
 * pods, so it ends at 63; the controller of CronJobs appends 11 to theirs.
 */
export const LONGEST_NAME = 63;
export const LONGEST_CRONJOB_NAME = 52;

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Any text as a name: `Shop_API` is `shop-api`. */
export function asName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, LONGEST_NAME);
}

/** `name` is shortened, never the end: that is what makes it unique. */
export function joinName(name: string, end: string, longest: number = LONGEST_NAME): string {
  const room = longest - end.length - 1;
  return `${name.slice(0, room).replaceAll(/-+$/g, "")}-${end}`;
}
