/**
 * What a plan warns of besides its locks: standbys, subscribers, WAL and disk. Pure: everything was
 * asked before (surroundings.ts).
 */
import { bytesText } from "../bytes.ts";
import type { RelationName } from "../../locks/relation-name.ts";
import type { ReplicaLook } from "./replica.ts";
import { isBehind, replicaTroubles, standbyText } from "./replica-text.ts";
import type { ChangeKind, TableChange, TableWork } from "./statement-care.ts";
import { relationKey, type Server, type TableFacts, type TableSize } from "./surroundings.ts";

/** What one migration does, as far as its text says. */
export interface MigrationCare {
  /** Existing relations on which it takes ACCESS EXCLUSIVE, as written. */
  readonly exclusive: readonly string[];
  readonly changes: readonly TableChange[];
  readonly work: readonly TableWork[];
}

export interface Around {
  readonly server: Server;
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly sizes: ReadonlyMap<string, TableSize>;
  readonly replicas: readonly ReplicaLook[];
  /** Undefined: nobody knows. */
  readonly freeDiskBytes: number | undefined;
}

/** Less is not worth a word where nobody knows what is free. */
const WORTH_A_WORD = 1024 ** 3;

export function careWarnings(care: MigrationCare, around: Around): string[] {
  return [
    ...standbyWarnings(care, around),
    ...publisherWarnings(care, around),
    ...subscriberWarnings(care, around),
    ...sizeWarnings(care, around),
  ];
}

function standbyWarnings({ exclusive }: MigrationCare, { server, replicas }: Around): string[] {
  if (exclusive.length === 0) return [];
  const { standbys } = server;
  const troubles = replicas.flatMap((look) =>
    replicaTroubles(look).map((trouble) => `The replica ${look.display} ${trouble}.`),
  );
  if (standbys.length === 0) return troubles;
  const named = standbys.map(standbyText).join(", ");
  const wait = standbys.some(isBehind) ? " Let it catch up first." : "";
  return [
    `ACCESS EXCLUSIVE on ${code(exclusive)} is replayed on ${named}: queries there that use it wait, and those that hold it up for longer than max_standby_streaming_delay are cancelled.${wait}`,
    ...troubles,
  ];
}

const ORDER: Record<ChangeKind, string> = {
  "add-column": "Add the column on the subscribers first",
  "drop-column": "Drop the column here first, then on the subscribers",
  "create-table": "",
  "drop-table": "Drop it here first, then on the subscribers",
  other: "Change the subscribers first, so that they can take what is sent from then on",
};

function publisherWarnings({ changes }: MigrationCare, { server, tables }: Around): string[] {
  const warnings: string[] = [];
  for (const { kind, relations } of byKind(changes)) {
    for (const { publications, names } of byPublications(relations, kind, tables, server)) {
      const where = `in ${count(publications, "publication")} ${code(publications)}, and DDL is not replicated`;
      const are = names.length === 1 ? "is" : "are";
      warnings.push(
        kind === "create-table"
          ? `${code(names)} will be ${where}. Create it on the subscribers too, then run \`alter subscription … refresh publication\` there.`
          : `${code(names)} ${are} ${where}. ${ORDER[kind]}.`,
      );
    }
    if (kind !== "create-table" || server.publications.length === 0) continue;
    const missing = relations.filter(
      (one) => publicationsOf(one, kind, tables, server).length === 0 && !isThere(one, tables),
    );
    if (missing.length > 0) {
      warnings.push(
        `${code(missing.map(plainName))} will be in none of the publications of this database (${code(server.publications)}). If it is to be replicated: \`alter publication … add table …\`, and \`alter subscription … refresh publication\` on the subscribers.`,
      );
    }
  }
  return warnings;
}

const ORDER_HERE: Record<ChangeKind, string> = {
  "add-column": "Add the column here before the publisher has it",
  "drop-column": "Drop the column on the publisher first, then here",
  "create-table": "",
  "drop-table": "Drop it on the publisher first, or the subscription stops when rows come for it",
  other: "Change it here before the publisher, so that it can take what is sent from then on",
};

function subscriberWarnings({ changes }: MigrationCare, { server, tables }: Around): string[] {
  const warnings: string[] = [];
  for (const { kind, relations } of byKind(changes)) {
    const filled = relations.filter(
      (one) => (tables.get(relationKey(one))?.subscriptions.length ?? 0) > 0,
    );
    if (filled.length > 0) {
      const from = [
        ...new Set(filled.flatMap((one) => tables.get(relationKey(one))!.subscriptions)),
      ];
      const are = filled.length === 1 ? "is" : "are";
      warnings.push(
        `${code(filled.map(plainName))} ${are} filled by ${count(from, "subscription")} ${code(from)}, and DDL is not replicated. ${ORDER_HERE[kind]}.`,
      );
    }
    if (kind === "create-table" && server.subscriptions.length > 0) {
      const created = relations.filter((one) => !isThere(one, tables)).map(plainName);
      if (created.length > 0) {
        warnings.push(
          `${code(created)} will be in no subscription. If the publisher has it: \`alter subscription … refresh publication\` here (${code(server.subscriptions)}), once it is created.`,
        );
      }
    }
  }
  return warnings;
}

function sizeWarnings({ work }: MigrationCare, around: Around): string[] {
  const needs = needsOf(work, around.sizes);
  const total = needs.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total === 0) return [];
  const what = needs.map((need) => needText(need, around.server)).join("; ");
  return [...diskWarnings(total, what, around), ...slotWarnings(total, around)];
}

interface Need {
  readonly name: string;
  readonly kind: TableWork["kind"];
  readonly certain: boolean;
  readonly bytes: number;
}

/** The largest of each table: one statement after the other reuses nothing, and frees nothing either. */
function needsOf(work: readonly TableWork[], sizes: Around["sizes"]): Need[] {
  return work.flatMap((one) => {
    const size = sizes.get(relationKey(one));
    if (size === undefined) return [];
    // A rewrite makes rows and all indexes anew beside the old ones, which stay until the commit.
    // How big an index gets is not known before it is there; the table is more than most.
    const bytes = one.kind === "rewrite" ? size.table + size.indexes : size.table;
    return bytes === 0
      ? []
      : [{ name: plainName(one), kind: one.kind, certain: one.certain, bytes }];
  });
}

function needText({ name, kind, certain, bytes }: Need, { tempTablespaces }: Server): string {
  if (kind === "index-build") {
    const where = tempTablespaces === "" ? "" : ` (in temp_tablespaces: ${tempTablespaces})`;
    return `an index of \`${name}\` takes up to about ${bytesText(bytes)}, and as much again while it is sorted${where}`;
  }
  const does = certain ? "is rewritten" : "may be rewritten";
  return `\`${name}\` ${does}, which takes about ${bytesText(bytes)} until it commits`;
}

function diskWarnings(total: number, what: string, { freeDiskBytes }: Around): string[] {
  const wal = `as much WAL (about ${bytesText(total)})`;
  if (freeDiskBytes === undefined) {
    if (total < WORTH_A_WORD) return [];
    return [
      `Disk: ${what}, and it writes ${wal}. How much is free is not known; \`--free-disk\` tells.`,
    ];
  }
  // The new files, and the WAL beside them.
  if (2 * total > freeDiskBytes) {
    const verdict = total > freeDiskBytes ? "That does not fit" : "That hardly fits";
    return [
      `Disk: ${what}, and it writes ${wal}. ${verdict}: ${bytesText(freeDiskBytes)} are free.`,
    ];
  }
  return [];
}

/** A slot that cannot follow keeps the WAL until the disk is full, or is lost. */
function slotWarnings(total: number, { server }: Around): string[] {
  return server.slots.flatMap(({ name, active, safeBytes }) => {
    if (safeBytes !== null && safeBytes < total) {
      const lost =
        safeBytes > 0
          ? `is lost after ${bytesText(safeBytes)} that its consumer has not fetched`
          : "is past its limit already, and lost at the next checkpoint";
      return [
        `It writes about ${bytesText(total)} of WAL, and slot \`${name}\` ${lost} (max_slot_wal_keep_size).`,
      ];
    }
    if (active || safeBytes !== null || total < WORTH_A_WORD / 16) return [];
    return [
      `It writes about ${bytesText(total)} of WAL, all of which slot \`${name}\` keeps, because nothing reads from it.`,
    ];
  });
}

function byKind(
  changes: readonly TableChange[],
): { readonly kind: ChangeKind; readonly relations: readonly RelationName[] }[] {
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const ofKind = changes.filter((one) => one.kind === kind);
    const unique = new Map<string, RelationName>(ofKind.map((one) => [relationKey(one), one]));
    return { kind, relations: [...unique.values()] };
  });
}

function byPublications(
  relations: readonly RelationName[],
  kind: ChangeKind,
  tables: Around["tables"],
  server: Server,
): { readonly publications: readonly string[]; readonly names: readonly string[] }[] {
  const groups = new Map<string, { publications: readonly string[]; names: string[] }>();
  for (const one of relations) {
    if (kind === "create-table" && isThere(one, tables)) continue;
    const publications = publicationsOf(one, kind, tables, server);
    if (publications.length === 0) continue;
    const key = publications.join("\0");
    const group = groups.get(key) ?? { publications, names: [] };
    group.names.push(plainName(one));
    groups.set(key, group);
  }
  return [...groups.values()];
}

function publicationsOf(
  relation: RelationName,
  kind: ChangeKind,
  tables: Around["tables"],
  { allTables }: Server,
): readonly string[] {
  const facts = tables.get(relationKey(relation));
  if (kind === "create-table")
    return [...new Set([...allTables, ...(facts?.schemaPublications ?? [])])];
  return facts?.exists ? facts.publications : [];
}

function isThere(relation: RelationName, tables: Around["tables"]): boolean {
  return tables.get(relationKey(relation))?.exists === true;
}

function plainName({ schema, name }: RelationName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

function code(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `\`${name}\``).join(", ");
}

function count(items: readonly unknown[], one: string): string {
  return items.length === 1 ? one : `${one}s`;
}
