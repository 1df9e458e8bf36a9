import { existsSync, readdirSync, readFileSync } from "node:fs"
import { register } from "node:module"
import { didYouMean, UsageError } from "../../base/index.ts"
import type { ArchitectureName } from "../../catalog/index.ts"
import type { Exhibit } from "../../exhibit/index.ts"
import { type ObjectSpec, readObject } from "../../object/index.ts"

const FOLDER = new URL("../../../exhibits/", import.meta.url)

/** An exhibit of this package. */
export interface NamedExhibit {
  readonly name: string
  readonly exhibit: Exhibit
  readonly object: ObjectSpec
}

export function exhibitNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(new URL(`${entry.name}/exhibit.ts`, FOLDER)))
    .map(({ name }) => name)
    .sort()
}

/** Throws UsageError for a name that no exhibit has. Its object is the one for that architecture, where there is one. */
export async function openExhibit(
  name: string,
  architecture: ArchitectureName = "x86_64",
): Promise<NamedExhibit> {
  const names = exhibitNames()
  if (!names.includes(name))
    throw new UsageError(`there is no exhibit '${name}'`, {
      hint: ofType(name, names) ?? didYouMean(name, names) ?? "skep exhibit list shows them",
    })
  readTypeScript()
  const { default: exhibit } = (await import(new URL(`${name}/exhibit.ts`, FOLDER).href)) as {
    readonly default: Exhibit
  }
  return { name, exhibit, object: objectOf(name, architecture) }
}

/** Program types in an exhibit's object, each once. */
export function programTypes({ programs }: ObjectSpec): string[] {
  return [...new Set(programs.map(({ definition }) => definition?.programType ?? "unknown"))]
}

/** Which exhibits have programs of a type: people ask for `lsm` before they know the names. */
function ofType(type: string, names: readonly string[]): string | undefined {
  const fitting = names.filter(name => programTypes(objectOf(name)).some(one => one === type))
  return fitting.length === 0 ? undefined : `programs of type ${type} are in ${fitting.join(", ")}`
}

function objectOf(name: string, architecture: ArchitectureName = "x86_64"): ObjectSpec {
  const own = new URL(`${name}/program-${architecture}.bpf.o`, FOLDER)
  const file = existsSync(own) ? own : new URL(`${name}/program.bpf.o`, FOLDER)
  return readObject(readFileSync(file), { name })
}

/** The files of an exhibit that people read: its README and its program in C. */
export function exhibitText(name: string, file: "README.md" | "program.bpf.c"): string {
  return readFileSync(new URL(`${name}/${file}`, FOLDER), "utf8")
}

let readsTypeScript = false

function readTypeScript(): void {
  if (!readsTypeScript) register("../run/typescript-loader.js", import.meta.url)
  readsTypeScript = true
}
