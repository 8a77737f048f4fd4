/**
 * Four ways of counting meet here: fixes and statements count UTF-8 bytes, findings count lines and
 * code points, documents count UTF-16 units, and a client counts in what was agreed with it.
 */
import { type TextDocumentContentChangeEvent, TextDocuments } from "vscode-languageserver/node";
import { type Position, TextDocument } from "vscode-languageserver-textdocument";

export const ENCODINGS = ["utf-16", "utf-8", "utf-32"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const BOM = "\uFEFF";

/** The first one of the client's list, which has its preference; all clients know UTF-16. */
export function chooseEncoding(offered: readonly string[] = []): Encoding {
  return ENCODINGS.find((one) => one === offered.find(isKnown)) ?? "utf-16";
}

function isKnown(encoding: string): boolean {
  return ENCODINGS.some((one) => one === encoding);
}

/** The open documents, kept up to date by changes that count as the client does. */
export function openDocuments(encoding: () => Encoding): TextDocuments<TextDocument> {
  return new TextDocuments<TextDocument>({
    create: (uri, language, version, text) => TextDocument.create(uri, language, version, text),
    update(document, changes, version) {
      // A change counts in the text that the one before it left.
      for (const change of changes) {
        TextDocument.update(document, [inUnits(document, change, encoding())], version);
      }
      return document;
    },
  });
}

function inUnits(
  document: TextDocument,
  change: TextDocumentContentChangeEvent,
  encoding: Encoding,
): TextDocumentContentChangeEvent {
  if (encoding === "utf-16" || !("range" in change)) return change;
  const { start, end } = change.range;
  const at = (position: Position): Position =>
    document.positionAt(offsetAt(document, position, encoding));
  return { text: change.text, range: { start: at(start), end: at(end) } };
}

export interface Places {
  /** UTF-8 bytes of the text. */
  readonly bytes: Buffer;
  atByte(offset: number): Position;
  byteAt(position: Position): number;
  /** Both begin with 1; columns count code points, without a BOM. */
  atColumn(line: number, column: number): Position;
}

export function placesIn(document: TextDocument, encoding: Encoding): Places {
  const text = document.getText();
  const bytes = Buffer.from(text, "utf8");
  const at = (offset: number): Position => positionAt(document, offset, encoding);
  return {
    bytes,
    atByte: (offset) => at(bytes.toString("utf8", 0, offset).length),
    byteAt: (position) => {
      const offset = offsetAt(document, position, encoding);
      return Buffer.byteLength(text.slice(0, offset), "utf8");
    },
    atColumn(line, column) {
      let offset = document.offsetAt({ line: line - 1, character: 0 });
      if (line === 1 && text.startsWith(BOM)) offset += 1;
      for (let left = column - 1; left > 0 && offset < text.length; left--) {
        if (text[offset] === "\n" || text[offset] === "\r") break;
        offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
      }
      return at(offset);
    },
  };
}

function positionAt(document: TextDocument, offset: number, encoding: Encoding): Position {
  const position = document.positionAt(offset);
  if (encoding === "utf-16") return position;
  const before = document.getText({ start: { line: position.line, character: 0 }, end: position });
  return { line: position.line, character: lengthOf(before, encoding) };
}

function offsetAt(document: TextDocument, position: Position, encoding: Encoding): number {
  if (encoding === "utf-16") return document.offsetAt(position);
  const start = document.offsetAt({ line: position.line, character: 0 });
  const line = document.getText(document.getLineRange(position.line));
  let units = 0;
  let counted = 0;
  for (const point of line) {
    if (counted >= position.character) break;
    counted += lengthOf(point, encoding);
    units += point.length;
  }
  return start + units;
}

function lengthOf(text: string, encoding: Exclude<Encoding, "utf-16">): number {
  return encoding === "utf-8" ? Buffer.byteLength(text, "utf8") : [...text].length;
}
