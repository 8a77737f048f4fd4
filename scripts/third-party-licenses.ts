/** The licences of the packages whose code is inside of dist/, as they ask to be passed on. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** From the ids of bundled modules to one text; a package without a licence file is named with its licence. */
export function thirdPartyLicenses(modules: Iterable<string>): string {
  const folders = new Set<string>();
  for (const id of modules) {
    const folder = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1];
    if (folder !== undefined) folders.add(folder.replace(/^\0+/, ""));
  }
  const packages = [...folders].map(readPackage).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const sections = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text.trim()}\n`,
  );
  return [
    "Lockstep contains code of these packages, under their licences.\n",
    ...new Set(sections),
  ].join(`\n${"-".repeat(80)}\n\n`);
}

function readPackage(folder: string): Package {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Record<"name" | "version" | "license", string>;
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one));
  if (file === undefined || !existsSync(join(folder, file))) {
    return { name, version, license, text: `Licensed under ${license}.` };
  }
  return { name, version, license, text: readFileSync(join(folder, file), "utf8") };
}

function key({ name, version }: Package): string {
  return `${name} ${version}`;
}
