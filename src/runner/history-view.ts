/**
 * A view of the name of the other tool's table, for migrations that read it. Made on request only
 * (`historyView`), and only where nothing of that name is there.
 */
import { Failure } from "../failures/failure.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { qualified, quoteIdent, quoteLiteral } from "../postgres/identifiers.ts";
import { closing, opening } from "./envelope.ts";
import type { LockedRun } from "./locked-run.ts";
import { runTransaction } from "./run-file.ts";
import { toFailure } from "./statement-failure.ts";

export async function makeHistoryView(run: LockedRun, { format: id }: MigrationSet): Promise<void> {
  const { formatNamed } = await import("../formats/read-foreign.ts");
  const format = id === "native" ? undefined : formatNamed(id);
  const { history } = format ?? {};
  if (!history?.view) {
    throw new Failure({
      class: "config.invalid",
      what: `A view of the other tool's history is asked for, and ${format?.title ?? "our own format"} has none.`,
      state: "Nothing was changed.",
      action: "Leave `historyView` out.",
    });
  }
  const { schema, name } = history.defaultTable;
  const place = qualified(schema, name);
  const view = `create view ${place} as ${history.view(run.ctx.names.migrations)}`;
  const make = `do ${quoteLiteral(`begin
    if pg_catalog.to_regclass(${quoteLiteral(place)}) is not null then return; end if;
    if pg_catalog.to_regnamespace(${quoteLiteral(quoteIdent(schema))}) is null then
      execute ${quoteLiteral(`create schema ${quoteIdent(schema)}`)};
    end if;
    execute ${quoteLiteral(view)};
  end`)}`;
  await runTransaction(run, {
    items: [...opening(run, {}), { text: make }, ...closing(run, [])],
    recordTags: [],
    recordCount: 0,
    explain: (_index, cause) => toFailure(cause, { migration: place, file: place }),
  });
}
