// Gets a kernel as files in .cache/kernels: a Debian cloud kernel, downloaded and unpacked, never installed; or the
// reference kernel that test/kernel/build-reference.mjs builds.
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { findPackages, unpackPackage } from "./debian-packages.mjs"

const cache = fileURLToPath(new URL("../../.cache/kernels", import.meta.url))

/** Package names of each release family; the newest of them is taken. */
const FAMILIES = {
  6.1: "^linux-image-6\\.1\\.0-[0-9]+-cloud-",
  6.12: "^linux-image-6\\.12\\.[0-9]+\\+deb[0-9]+-cloud-",
}
/** Debian's names of the architectures. */
const DEBIAN = { x86_64: "amd64", arm64: "arm64" }

/** The architecture of a release's kernel: "6.12-arm64" is for another one than "6.12". */
export function architectureOf(release) {
  return release.split("-")[1] ?? "x86_64"
}

/** Whether a kernel is there or can be downloaded: the reference kernel is built by hand. */
export function hasKernel(release) {
  return release !== "reference" || existsSync(join(cache, release, "boot"))
}

/** The kernel image, its configuration and modules of a release family ("6.1", "6.12", "6.12-arm64"), or of "reference". */
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
  const debian = DEBIAN[architectureOf(release)]
  const family = FAMILIES[release.split("-")[0]]
  if (!family || !debian)
    throw new Error(`no Debian cloud kernel is known for ${release}: ${Object.keys(FAMILIES).join(", ")}`)
  const pattern = `${family}${debian}$`
  const newest = findPackages(pattern, debian).at(-1)
  if (!newest) throw new Error(`apt knows no package ${pattern}: run apt-get update first`)
  unpackPackage(newest, debian, folder)
}
