// The built package as a guest needs it: `npm run build` comes first.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** What it needs at run time, koffi's build for this machine among it. */
const PACKAGES = ["commander", "fastest-levenshtein", "koffi", "picocolors", "@koromix"]
const FOLDERS = ["bin", "dist", "exhibits", "profiles"]

/** Files for `runInGuest`: the package in /skep. */
export function packageFiles() {
  const files = { "skep/package.json": join(root, "package.json") }
  for (const folder of FOLDERS) files[`skep/${folder}`] = join(root, folder)
  for (const name of readdirSync(join(root, "node_modules")).filter(name => PACKAGES.includes(name)))
    files[`skep/node_modules/${name}`] = join(root, "node_modules", name)
  return files
}
