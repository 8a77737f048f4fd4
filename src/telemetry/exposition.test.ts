import { expect, test } from "vitest";
import { renderExposition } from "./exposition.ts";
import { groupsOf } from "./pushgateway.ts";

test("samples of one metric stand together, labels are escaped, empty ones left out", () => {
  const text = renderExposition(
    [
      { metric: "run_in_progress", labels: {}, value: 1 },
      { metric: "retries", labels: { failure_class: 'a"\\\n' }, value: 2 },
      { metric: "retries", labels: { failure_class: "deadlock" }, value: 3 },
    ],
    { database: "shop", cluster: "" },
  );
  expect(text).toMatchInlineSnapshot(`
    "# HELP lockstep_run_in_progress 1 while a run is under way, 0 after its end.
    # TYPE lockstep_run_in_progress gauge
    lockstep_run_in_progress{database="shop"} 1
    # HELP lockstep_retries Attempts that were rolled back and tried again, by class; a lock timeout is \`ddl.lock_timeout\`.
    # TYPE lockstep_retries gauge
    lockstep_retries{database="shop",failure_class="a\\"\\\\\\n"} 2
    lockstep_retries{database="shop",failure_class="deadlock"} 3
    "
  `);
});

test("grouping values with a slash and empty ones are base64", () => {
  const place = { target: "", links: {}, historySchema: "lockstep", cluster: "prod/eu1" };
  expect(groupsOf("lockstep", { ...place, database: "my shop" })).toEqual({
    run: "/job/lockstep/database/my%20shop/cluster@base64/cHJvZC9ldTE/schema/lockstep",
    success:
      "/job/lockstep/database/my%20shop/cluster@base64/cHJvZC9ldTE/schema/lockstep/last/success",
  });
  expect(groupsOf("lockstep", { ...place, database: "a", cluster: "" }).run).toContain(
    "/cluster@base64/=/",
  );
});
