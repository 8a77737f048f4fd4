/** Whether the history is there and of a layout that this Lockstep knows. */
import { HISTORY_LAYOUT } from "../../history/tables.ts";
import { ok, type Check } from "./check.ts";

export const history: Check = {
  id: "history",
  title: "History",
  async look({ session, facts, run }) {
    const { names } = run;
    if (!facts.historyExists) {
      return {
        status: "info",
        message: `There is no history \`${names.display}\` yet; the first run creates it.`,
      };
    }
    const [row] = await session.query(`
      select s.layout, (select pg_catalog.count(*) from ${names.migrations}) as applied
      from ${names.state} s`);
    if (row === undefined) {
      return {
        status: "fail",
        message: `The history \`${names.display}\` has no state row.`,
        action: `Put it back: \`insert into ${names.state} (layout, epoch) values (${HISTORY_LAYOUT}, 0)\`, after finding out who removed it.`,
      };
    }
    const layout = Number(row["layout"]);
    if (layout > HISTORY_LAYOUT) {
      return {
        status: "fail",
        message: `The history has layout ${layout}; this Lockstep knows ${HISTORY_LAYOUT}.`,
        action: "Use the Lockstep version that upgraded it, or a newer one.",
      };
    }
    if (layout < HISTORY_LAYOUT) {
      return {
        status: "info",
        message: `The history has layout ${layout}; the next run upgrades it.`,
      };
    }
    return ok(`\`${names.display}\` has layout ${layout} and ${row["applied"]} applied.`);
  },
};
