import { defineRule } from "../../rule.ts";

export const extensionVersionPin = defineRule({
  id: "extension-version-pin",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "expand",
  summary: "An extension is created in whatever version the server has",
  why: "Without VERSION the newest one that is installed is taken, which may be another one in production than where the migration was tried.",
  instead:
    "`CREATE EXTENSION … VERSION '…'`, and ALTER EXTENSION … UPDATE TO in a migration of its own.",
  bad: [{ sql: "create extension citext;" }],
  good: [{ sql: "create extension citext version '1.6';" }],
  otherIds: { migrationPilot: ["MP078"] },
  on: ["CreateExtensionStmt"],
  *check({ node }) {
    if (!("CreateExtensionStmt" in node)) return;
    const { extname, options = [] } = node.CreateExtensionStmt;
    if (options.some((one) => "DefElem" in one && one.DefElem.defname === "new_version")) return;
    yield {
      message: `\`${extname}\` comes in whatever version the server has installed. Say VERSION, so that it is the same everywhere.`,
    };
  },
});
