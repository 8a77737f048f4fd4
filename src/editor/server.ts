/**
 * `lockstep lsp`: the language server. What it says is what `lockstep lint` says, about the text that
 * is open; what a statement locks is said where the caret is.
 *
 * The library ends the process: when the client says so, when its process is gone (it is named in
 * `initialize`), and when the input ends; with 1 when nobody has said `shutdown` before.
 */
import {
  CodeActionKind,
  type Connection,
  createConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  LogMessageNotification,
  MessageType,
  ShowMessageNotification,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { BASELINE_FILE } from "../lint/suppress/baseline.ts";
import { TOOL_VERSION } from "../version.ts";
import { actionsIn } from "./actions.ts";
import { createChecker } from "./checker.ts";
import { diagnosticOf } from "./diagnostics.ts";
import { isSql, pathOf } from "./document.ts";
import { hoverAt } from "./hover.ts";
import { chooseEncoding, type Encoding, openDocuments, placesIn } from "./positions.ts";
import { CONFIG_FILE } from "./project.ts";

/** Whoever types does not want to be told about half a word. */
const DELAY_MS = 200;

const WATCHED = ["**/lockstep.config.{ts,mts,js,mjs,json}", `**/${BASELINE_FILE}`, "**/*.sql"];

/** `initializationOptions` of a client. */
interface ServerSettings {
  /** Default true: SQL that is no migration is looked at as if it were the next one. */
  readonly otherFiles?: boolean;
}

export interface ServerOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
}

export function startLanguageServer({ input, output, env }: ServerOptions): void {
  const connection = createConnection(input, output);
  let client: Client = clientOf({ capabilities: {}, processId: null, rootUri: null });
  const documents = openDocuments(() => client.encoding);
  const checker = createChecker({
    env,
    documents: () => documents.all(),
    folders: () => client.folders,
    otherFiles: () => client.settings.otherFiles !== false,
    onChecked(document, { findings }) {
      const places = placesIn(document, client.encoding);
      const diagnostics = findings.map((finding) => diagnosticOf(finding, places));
      const { uri, version } = document;
      void connection.sendDiagnostics({ uri, version, diagnostics });
    },
    onTrouble(message) {
      const type = MessageType.Error;
      void connection.sendNotification(ShowMessageNotification.type, { type, message });
    },
    onBug(error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const message = `This is a bug in Lockstep.\n${text}`;
      const type = MessageType.Error;
      void connection.sendNotification(LogMessageNotification.type, { type, message });
    },
  });

  connection.onInitialize((params) => {
    client = clientOf(params);
    return answerTo(client);
  });
  connection.onInitialized(() => {
    if (client.watches) watch(connection);
    if (!client.changesFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(pathsOf(removed));
      const folders = client.folders.filter((folder) => !gone.has(folder));
      client = { ...client, folders: [...folders, ...pathsOf(added)] };
      checker.schedule(0);
    });
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (changes.some(({ uri }) => isConfiguration(uri))) checker.forgetProjects();
    checker.schedule(DELAY_MS);
  });

  // That a document was opened counts as a change, too.
  documents.onDidChangeContent(() => checker.schedule(DELAY_MS));
  documents.onDidSave(({ document }) => {
    if (isConfiguration(document.uri)) checker.forgetProjects();
    checker.schedule(0);
  });
  documents.onDidClose(({ document: { uri } }) => {
    checker.forget(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
    // What was not saved is gone, and others may have come after it.
    checker.schedule(DELAY_MS);
  });

  connection.onHover(async ({ textDocument, position }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined || !isSql(document)) return null;
    const checked = await checker.settled(document);
    if (checked === undefined) return null;
    return hoverAt(position, checked, placesIn(document, client.encoding), client.hover) ?? null;
  });
  connection.onCodeAction(async ({ textDocument, range, context }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined || !isSql(document)) return [];
    if (context.only?.every((kind) => kind !== "" && kind !== CodeActionKind.QuickFix)) return [];
    const checked = await checker.settled(document);
    if (checked === undefined) return [];
    return actionsIn(range, document, checked, placesIn(document, client.encoding), client);
  });

  documents.listen(connection);
  connection.listen();
}

/** What was agreed with the client. */
interface Client {
  readonly encoding: Encoding;
  /** Absolute paths. */
  readonly folders: readonly string[];
  readonly settings: ServerSettings;
  readonly hover: "markdown" | "plaintext";
  readonly watches: boolean;
  readonly changesFolders: boolean;
  readonly versionedEdits: boolean;
  readonly disabledActions: boolean;
}

function clientOf(params: InitializeParams): Client {
  const { capabilities, workspaceFolders, initializationOptions } = params;
  const { general, textDocument, workspace } = capabilities;
  const folders = workspaceFolders ?? (params.rootUri === null ? [] : [{ uri: params.rootUri }]);
  const formats = textDocument?.hover?.contentFormat ?? ["plaintext"];
  return {
    encoding: chooseEncoding(general?.positionEncodings),
    folders: pathsOf(folders),
    settings: (initializationOptions ?? {}) as ServerSettings,
    hover: formats.includes("markdown") ? "markdown" : "plaintext",
    watches: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    changesFolders: workspace?.workspaceFolders === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    disabledActions: textDocument?.codeAction?.disabledSupport === true,
  };
}

function answerTo({ encoding, changesFolders }: Client): InitializeResult {
  return {
    serverInfo: { name: "lockstep", version: TOOL_VERSION },
    capabilities: {
      positionEncoding: encoding,
      textDocumentSync: {
        openClose: true,
        change: TextDocumentSyncKind.Incremental,
        save: { includeText: false },
      },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      ...(changesFolders && {
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      }),
    },
  };
}

function watch(connection: Connection): void {
  const watchers = WATCHED.map((globPattern) => ({ globPattern }));
  connection.client
    .register(DidChangeWatchedFilesNotification.type, { watchers })
    // A client may refuse: the configuration is looked at again with each change all the same.
    .catch(() => {});
}

function isConfiguration(uri: string): boolean {
  const name = uri.slice(uri.lastIndexOf("/") + 1);
  return name === BASELINE_FILE || CONFIG_FILE.test(name);
}

function pathsOf(folders: readonly { readonly uri: string }[]): string[] {
  return folders.flatMap(({ uri }) => pathOf(uri) ?? []);
}
