/** Fixes count in bytes of the file; formats for programs want lines and columns. */
import { createLocator, type Locate } from "../../sql/locate.ts";
import type { Edit, Fix } from "../finding.ts";
import type { ReportContext } from "../result.ts";

export interface LocatedEdit {
  readonly line: number;
  readonly column: number;
  /** Exclusive. */
  readonly endLine: number;
  readonly endColumn: number;
  readonly newText: string;
  readonly edit: Edit;
}

/** The edits of a fix in a file; undefined when the file cannot be read, so that no half is told. */
export type LocateEdits = (file: string, fix: Fix) => LocatedEdit[] | undefined;

export function createEditLocator({ source }: Pick<ReportContext, "source">): LocateEdits {
  const files = new Map<string, Locate | undefined>();
  return (file, fix) => {
    if (fix.edits.length === 0) return [];
    if (!files.has(file)) {
      const text = source(file);
      files.set(file, text === undefined ? undefined : createLocator(Buffer.from(text, "utf8")));
    }
    const locate = files.get(file);
    return locate && fix.edits.map((edit) => located(edit, locate));
  };
}

function located(edit: Edit, locate: Locate): LocatedEdit {
  const start = locate(edit.start);
  const end = locate(edit.end);
  return {
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    newText: edit.text,
    edit,
  };
}
