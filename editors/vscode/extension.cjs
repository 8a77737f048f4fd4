/**
 * Starts the language server of the project's own Lockstep, and leaves the rest to it. Plain
 * JavaScript, so that nothing has to be built.
 */
"use strict";

const { existsSync } = require("node:fs");
const { isAbsolute, join } = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const CONFIGURATION = "**/lockstep.config.{ts,mts,js,mjs,json}";
const SIGNS = [CONFIGURATION, "**/migrations/**/*.sql"];

let client;

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("lockstep.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) =>
      event.affectsConfiguration("lockstep") ? restart() : undefined,
    ),
  );
  if (await isProject()) return start();
  // Another project with SQL: it may become one of ours.
  const watcher = vscode.workspace.createFileSystemWatcher(CONFIGURATION, false, true, true);
  context.subscriptions.push(
    watcher,
    watcher.onDidCreate(() => client ?? start()),
  );
}

function deactivate() {
  return stop();
}

async function isProject() {
  for (const sign of SIGNS) {
    const found = await vscode.workspace.findFiles(sign, "**/node_modules/**", 1);
    if (found.length > 0) return true;
  }
  return false;
}

async function start() {
  const settings = vscode.workspace.getConfiguration("lockstep");
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const command = findCommand(settings.get("path") || "", folders);
  if (command === undefined) {
    void vscode.window.showWarningMessage(
      "Lockstep is not installed in this workspace. Install it with `npm install --save-dev lockstep`, or give its command in the setting `lockstep.path`.",
    );
    return;
  }
  // What npm puts into .bin on Windows is a script of the shell.
  const options = process.platform === "win32" ? { shell: true } : {};
  const quoted = options.shell ? `"${command}"` : command;
  client = new LanguageClient(
    "lockstep",
    "Lockstep",
    { command: quoted, args: ["lsp", "--stdio"], options: { cwd: folders[0], ...options } },
    {
      documentSelector: [
        { scheme: "file", language: "sql" },
        { scheme: "untitled", language: "sql" },
      ],
      initializationOptions: { otherFiles: settings.get("otherFiles") !== false },
    },
  );
  await client.start();
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

function findCommand(path, folders) {
  if (isAbsolute(path)) return path;
  const name = process.platform === "win32" ? "lockstep.cmd" : "lockstep";
  const below = path || join("node_modules", ".bin", name);
  return folders.map((folder) => join(folder, below)).find((file) => existsSync(file));
}

module.exports = { activate, deactivate };
