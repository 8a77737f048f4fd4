/** A client of the language server, which is the built command as a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CodeAction,
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  type Position,
  type PublishDiagnosticsParams,
  type Range,
  type ShowMessageParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { onProcessEnd, onTestEnd } from "../support/cleanup.ts";
import { waitUntil } from "../support/wait-until.ts";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");

/** As VS Code has them, as far as it matters here. */
export const CAPABILITIES: ClientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  textDocument: {
    hover: { contentFormat: ["markdown", "plaintext"] },
    codeAction: { disabledSupport: true },
  },
  workspace: {
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
    workspaceFolders: true,
  },
};

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  readonly args?: readonly string[];
  readonly params?: Partial<InitializeParams>;
}

export type EditorClient = Awaited<ReturnType<typeof startClient>>;

export async function startClient(folder: string, options: ClientOptions = {}) {
  const child = spawn(process.execPath, [MAIN, "lsp", ...(options.args ?? [])], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const forget = onProcessEnd(() => child.kill("SIGKILL"));
  void exit.then(forget);
  onTestEnd(() => void child.kill("SIGKILL"));
  // The server may be gone while we still write.
  child.stdin.on("error", () => {});

  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const published = new Map<string, PublishDiagnosticsParams>();
  const messages: ShowMessageParams[] = [];
  const registered: string[] = [];
  connection.onNotification(
    "textDocument/publishDiagnostics",
    (params: PublishDiagnosticsParams) => void published.set(params.uri, params),
  );
  connection.onNotification("window/showMessage", (params: ShowMessageParams) => {
    messages.push(params);
  });
  connection.onRequest(
    "client/registerCapability",
    ({ registrations }: { registrations: { method: string }[] }) => {
      registered.push(...registrations.map(({ method }) => method));
      return null;
    },
  );
  connection.listen();
  const initialized = await connection.sendRequest<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: CAPABILITIES,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "project" }],
    ...options.params,
    ...(options.capabilities && { capabilities: options.capabilities }),
  });
  await connection.sendNotification("initialized", {});

  const uriOf = (file: string): string =>
    file.includes(":") ? file : pathToFileURL(join(folder, file)).href;
  const documentOf = (file: string) => ({ uri: uriOf(file) });
  return {
    initialized,
    messages,
    registered,
    exit,
    pid: child.pid!,
    stderr: () => stderr,
    stdin: child.stdin,
    notify: (method: string, params?: object) => connection.sendNotification(method, params),
    request: <T>(method: string, params?: object) => connection.sendRequest<T>(method, params),
    uriOf,
    open: (file: string, text: string, languageId = "sql") =>
      connection.sendNotification("textDocument/didOpen", {
        textDocument: { ...documentOf(file), languageId, version: 1, text },
      }),
    change: (file: string, version: number, ...changes: TextDocumentContentChangeEvent[]) =>
      connection.sendNotification("textDocument/didChange", {
        textDocument: { ...documentOf(file), version },
        contentChanges: changes,
      }),
    close: (file: string) =>
      connection.sendNotification("textDocument/didClose", { textDocument: documentOf(file) }),
    watched: (file: string) =>
      connection.sendNotification("workspace/didChangeWatchedFiles", {
        changes: [{ uri: uriOf(file), type: 2 }],
      }),
    hover: (file: string, position: Position) =>
      connection.sendRequest<Hover | null>("textDocument/hover", {
        textDocument: documentOf(file),
        position,
      }),
    actions: (file: string, range: Range, diagnostics: readonly Diagnostic[] = []) =>
      connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
        textDocument: documentOf(file),
        range,
        context: { diagnostics },
      }),
    /** What was last published for a version of the document, once it is as wanted. */
    diagnostics: (
      file: string,
      version: number,
      wanted: (rules: readonly unknown[]) => boolean = () => true,
    ): Promise<Diagnostic[]> =>
      waitUntil(
        () => {
          const known = published.get(uriOf(file));
          if (known === undefined || known.version !== version) return undefined;
          return wanted(known.diagnostics.map(({ code }) => code)) && known.diagnostics;
        },
        { deadlineMs: 20_000, what: `diagnostics of ${file}\n${stderr}` },
      ),
    published: (file: string) => published.get(uriOf(file)),
    async quit(): Promise<number | null> {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      return exit;
    },
  };
}
