// Debian's packages as files: downloaded and unpacked, never installed. Those of other architectures than this
// machine's come with lists of their own below .cache/apt, so that apt itself keeps knowing one architecture.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const cache = fileURLToPath(new URL("../../.cache", import.meta.url))

let own
const isOwn = architecture => {
  own ??= execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim()
  return architecture === own
}

/** Options that make apt one of another architecture, with nothing installed. */
function aptOptions(architecture) {
  if (isOwn(architecture)) return []
  const folder = join(cache, "apt", architecture)
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State::Lists=${join(folder, "lists")}`,
    "Dir::State::Status=/dev/null",
    `Dir::Cache=${join(folder, "cache")}`,
  ].flatMap(option => ["-o", option])
  if (!existsSync(join(folder, "lists"))) {
    for (const name of ["lists", "cache"]) mkdirSync(join(folder, name), { recursive: true })
    execFileSync("apt-get", [...options, "update"], { stdio: "inherit" })
  }
  return options
}

/** Names of packages that match a pattern, the newest last. */
export function findPackages(pattern, architecture) {
  const options = aptOptions(architecture)
  return execFileSync("apt-cache", [...options, "search", "--names-only", pattern], { encoding: "utf8" })
    .split("\n")
    .map(line => line.split(" ")[0])
    .filter(name => name !== "")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
}

/** Makes a folder of what a package holds. */
export function unpackPackage(name, architecture, folder) {
  const options = aptOptions(architecture)
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  execFileSync("apt-get", [...options, "download", name], { cwd: partial, stdio: "inherit" })
  const deb = readdirSync(partial).find(file => file.endsWith(".deb"))
  execFileSync("dpkg-deb", ["-x", deb, "."], { cwd: partial })
  rmSync(join(partial, deb))
  rmSync(folder, { recursive: true, force: true })
  renameSync(partial, folder)
}

/** A package's folder in the cache, filled when it is first asked for. */
export function cachedPackage(name, architecture) {
  const folder = join(cache, "packages", architecture, name)
  if (!existsSync(folder)) unpackPackage(name, architecture, folder)
  return folder
}
