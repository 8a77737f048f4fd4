/** Where the chart is, and what its named templates begin with. */
export const CHART = "lockstep-migrations";
export const CHART_FOLDER = `deploy/helm/${CHART}`;

/** A named template of the chart, as text. */
export function named(name: string): string {
  return `include "${CHART}.${name}" .`;
}
