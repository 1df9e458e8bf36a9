// Gets a kernel as files in .cache/kernels: a Debian cloud kernel, downloaded and unpacked, never installed; or the
// reference kernel that test/kernel/build-reference.mjs builds.
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

/** Whether a kernel is there or can be downloaded: the reference kernel is built by hand. */
export function hasKernel(release) {
  return release !== "reference" || existsSync(join(cache, release, "boot"))
}

/** The kernel image, its configuration and modules of a release family ("6.1", "6.12"), or of "reference". */
export function kernelPackage(release) {
  const folder = join(cache, release)
  if (!hasKernel(release)) throw new Error("build it first: node test/kernel/build-reference.mjs")
  if (!existsSync(join(folder, "boot"))) download(release, folder)
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

function download(release, folder) {
  const pattern = PACKAGES[release]
  if (!pattern)
    throw new Error(`no Debian cloud kernel is known for ${release}: ${Object.keys(PACKAGES).join(", ")}`)
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
