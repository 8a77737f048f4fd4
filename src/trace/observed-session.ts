/** What is needed of a session; `Session` of src/postgres is one. Values arrive as text. */
export interface ObservedSession {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, string | null>[]>;
  /** One statement, for as long as it takes. */
  script(text: string): Promise<void>;
  onNotice: ((notice: ObservedNotice) => void) | undefined;
}

export interface ObservedNotice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}
