/** ALTER COLUMN … TYPE that would rewrite the table. */
import { clip } from "../../catalog/replay/names.ts";
import { keyword } from "../../sql/lexer.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { tokensIn } from "../alter-table-text.ts";
import { isRefusal, type Plan, type RecipeContext, type Refusal, refuse } from "../recipe.ts";
import { type AlterContext, alterContext, columnIn } from "./support/alter-context.ts";
import { replaceColumn } from "./support/replace-column.ts";

export function typeChange(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd, table } = alter;
  if (cmd.subtype !== "AT_AlterColumnType") return refuse("it changes no type");
  const old = columnIn(table, cmd.name);
  if (isRefusal(old)) return old;
  const words = wordsOf(alter, context);
  if (words === undefined) return refuse("its type cannot be told apart from the rest");
  const { type, using } = words;
  const fresh = `${clip(old.name, 58)}__new`;
  const source = quoteIdent(old.name);
  const target = quoteIdent(fresh);
  const files = replaceColumn(
    {
      ...alter,
      old,
      fresh,
      final: old.name,
      type,
      sync:
        using === undefined
          ? `  new.${target} := new.${source};`
          : `  select ${using} into new.${target} from (select new.*) as ${quoteIdent(table.name)};`,
      value: using ?? source,
      beforeSwap: `every running version of the application can read and write \`${old.name}\` as ${type}.`,
    },
    context,
  );
  if ("reason" in files) return files;
  return { of: `${alter.shown}.${old.name} becomes ${type}`, files };
}

/** `type numeric(12, 2) collate x using y::z`, by its words: the type with COLLATE, and the rest. */
function wordsOf(
  { command }: AlterContext,
  { bytes }: RecipeContext,
): { readonly type: string; readonly using?: string } | undefined {
  const tokens = tokensIn(bytes, command.start, command.end);
  // `alter [column] name [set data] type …`: the name may itself be called `type`.
  const named = tokens[1] && keyword(bytes, tokens[1]) === "column" && tokens.length > 4 ? 3 : 2;
  const at = tokens.findIndex((token, index) => index >= named && keyword(bytes, token) === "type");
  const first = tokens[at + 1];
  if (at < 0 || first === undefined) return undefined;
  let depth = 0;
  for (const token of tokens.slice(at + 1)) {
    if (token.kind === "open") depth++;
    if (token.kind === "close") depth--;
    if (depth !== 0 || keyword(bytes, token) !== "using") continue;
    return {
      type: bytes.toString("utf8", first.start, token.start).trimEnd(),
      using: bytes.toString("utf8", token.end, command.end).trim(),
    };
  }
  return { type: bytes.toString("utf8", first.start, command.end) };
}
