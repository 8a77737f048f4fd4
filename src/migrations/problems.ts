/**
 * What is wrong with a set of migrations, collected: the first problem is thrown and names the rest.
 */
import { Failure, type FailureInit } from "../failures/failure.ts";
import { EXPECTED_NAMES } from "./file-name.ts";

export class Problems {
  readonly #found: Failure[] = [];

  add(failure: Failure): void {
    this.#found.push(failure);
  }

  /** A problem of a whole file; its place is line 1 unless `extra` knows better. */
  addFile(
    kind: FailureInit["class"],
    path: string,
    what: string,
    action: string,
    extra: Partial<FailureInit> = {},
  ): void {
    const location = { file: path, line: 1, column: 1 };
    this.add(new Failure({ class: kind, what, action, location, ...extra }));
  }

  addWrongName(path: string, why: string): void {
    this.addFile(
      "file.invalid",
      path,
      `\`${path}\` is not named like a migration. ${why}`,
      `Rename it to one of ${EXPECTED_NAMES}, or move it out of the folder.`,
    );
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first === undefined) return;
    const also = rest.map((problem) => `Also: ${problem.what}`);
    throw first.with({ notes: [...first.notes, ...also] });
  }
}
