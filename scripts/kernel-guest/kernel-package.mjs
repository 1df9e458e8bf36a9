// Gets a Debian cloud kernel as files: downloaded and unpacked into .cache/kernels, never installed.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const cache = fileURLToPath(new URL("../../.cache/kernels", import.meta.url))

/** Package names of each release family; the newest of them is taken. */
const PACKAGES = {
  6.1: "^linux-image-6\\.1\\.0-[0-9]+-cloud-amd64$",
  6.12: "^linux-image-6\\.12\\.[0-9]+\\+deb[0-9]+-cloud-amd64$",
}

/** The kernel image, its configuration and modules of a release family ("6.1", "6.12"). */
export function kernelPackage(release) {
  const pattern = PACKAGES[release]
  if (!pattern)
    throw new Error(`no Debian cloud kernel is known for ${release}: ${Object.keys(PACKAGES).join(", ")}`)
  const folder = join(cache, release)
  if (!existsSync(join(folder, "boot"))) download(pattern, folder)
  const image = readdirSync(join(folder, "boot")).find(name => name.startsWith("vmlinuz-"))
  if (!image) throw new Error(`${folder}: the package holds no vmlinuz`)
  const version = image.slice("vmlinuz-".length)
  return {
    version,
    image: join(folder, "boot", image),
    config: join(folder, "boot", `config-${version}`),
    modules: join(folder, "lib", "modules", version),
    folder,
  }
}

function download(pattern, folder) {
  const names = execFileSync("apt-cache", ["search", "--names-only", pattern], { encoding: "utf8" })
    .split("\n")
    .map(line => line.split(" ")[0])
    .filter(name => name !== "")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
  const newest = names.at(-1)
  if (!newest) throw new Error(`apt knows no package ${pattern}: run apt-get update first`)
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  execFileSync("apt-get", ["download", newest], { cwd: partial, stdio: "inherit" })
  const deb = readdirSync(partial).find(name => name.endsWith(".deb"))
  execFileSync("dpkg-deb", ["-x", deb, "."], { cwd: partial })
  rmSync(join(partial, deb))
  rmSync(folder, { recursive: true, force: true })
  renameSync(partial, folder)
}
