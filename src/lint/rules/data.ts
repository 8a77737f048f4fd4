/** Rules about rows. */
import type { Rule } from "../rule.ts";
import { analyzeAfterBackfill } from "./data/analyze-after-backfill.ts";
import { ctas } from "./data/ctas.ts";
import { dataInSchemaMigration } from "./data/data-in-schema-migration.ts";
import { dataWhileHoldingLock } from "./data/data-while-holding-lock.ts";
import { deleteWithoutWhere } from "./data/delete-without-where.ts";
import { dynamicSql } from "./data/dynamic-sql.ts";
import { insertIntoExistingTable } from "./data/insert-into-existing-table.ts";
import { selectInto } from "./data/select-into.ts";
import { unbatchedBackfill } from "./data/unbatched-backfill.ts";
import { uncheckedDoBlock } from "./data/unchecked-do-block.ts";
import { updateWithoutWhere } from "./data/update-without-where.ts";

export const DATA_RULES: readonly Rule[] = [
  analyzeAfterBackfill,
  ctas,
  dataInSchemaMigration,
  dataWhileHoldingLock,
  deleteWithoutWhere,
  dynamicSql,
  insertIntoExistingTable,
  selectInto,
  unbatchedBackfill,
  uncheckedDoBlock,
  updateWithoutWhere,
];
