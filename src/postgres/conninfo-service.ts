/**
 * Connection service files: the user's own first (`PGSERVICEFILE` or ~/.pg_service.conf), then
 * pg_service.conf of the system. The user's file wins whole: a service found there is not completed
 * from the other one.
 */
import { join } from "node:path";

import { Failure } from "../failures/failure.ts";
import { readIfThere, resolvePath, userFile, type Surroundings } from "./conninfo-files.ts";
import { keepParam, textOf, type Params } from "./conninfo-params.ts";

/** libpq has this directory compiled in: Debian's, PGDG's for Red Hat, the rest. */
const SYSTEM_DIRS = ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc"];

/** Fills what is not given yet from the service that the parameters or `PGSERVICE` name. */
export async function fillFromService(
  params: Params,
  notes: string[],
  around: Surroundings,
): Promise<void> {
  const service = textOf(params, "service") ?? (around.env["PGSERVICE"] || undefined);
  if (service === undefined) return;
  for (const path of servicePaths(params, around)) {
    const bytes = await readIfThere(path);
    const found = bytes && parseService(bytes.toString("utf8"), service, path, notes);
    if (!found) continue;
    for (const [name, value] of found) {
      if (textOf(params, name) === undefined) params.set(name, value);
    }
    return;
  }
  throw new Failure({
    class: "config.invalid",
    what: `The connection service \`${service}\` is not defined.`,
    action: `Add a section \`[${service}]\` to one of these files, or change \`PGSERVICE\`.`,
    notes: servicePaths(params, around).map((path) => `looked in ${path}`),
  });
}

function servicePaths(params: Params, around: Surroundings): string[] {
  const named = textOf(params, "servicefile") ?? (around.env["PGSERVICEFILE"] || undefined);
  const own =
    named === undefined
      ? userFile(around, ".pg_service.conf", ".pg_service.conf")
      : resolvePath(around, named);
  const system = around.env["PGSYSCONFDIR"] ? [around.env["PGSYSCONFDIR"]] : SYSTEM_DIRS;
  return [own, ...system.map((dir) => join(dir, "pg_service.conf"))];
}

/** The parameters of one section, or undefined when the file does not have it. */
export function parseService(
  text: string,
  service: string,
  path: string,
  notes: string[],
): Params | undefined {
  let inside = false;
  let found: Params | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      // The first section of that name counts.
      if (found) return found;
      inside = line === `[${service}]`;
      if (inside) found = new Map();
    } else if (inside && found) {
      keepLine(found, notes, line, `${path} line ${index + 1}`);
    }
  }
  return found;
}

function keepLine(found: Params, notes: string[], line: string, where: string): void {
  const equals = line.indexOf("=");
  const name = line.slice(0, Math.max(equals, 0));
  // libpq takes no white space around `=`: the name would be `host ` and unknown.
  if (equals === -1 || name.endsWith(" ") || name === "service" || name === "servicefile") {
    throw new Failure({
      class: "config.invalid",
      what: `${where} is not a line that a service file can have.`,
      action:
        "Write `name=value` without spaces around `=`; a service cannot refer to another service.",
    });
  }
  // Within a section the first value wins, unlike in a connection string.
  const before = new Map(found);
  keepParam(found, notes, name, line.slice(equals + 1), where);
  for (const [key, value] of before) found.set(key, value);
}
