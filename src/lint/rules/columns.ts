/** Rules about columns and their types. */
import type { Rule } from "../rule.ts";
import { renameColumn } from "./columns/rename-column.ts";
import { volatileDefault } from "./columns/volatile-default.ts";

export const COLUMN_RULES: readonly Rule[] = [renameColumn, volatileDefault];
