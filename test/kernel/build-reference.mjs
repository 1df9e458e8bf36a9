#!/usr/bin/env node
// Builds the reference kernel: Debian's sources with what Debian's own kernels leave out (reference.config), in
// .cache/kernels/reference. Run by hand, once: node test/kernel/build-reference.mjs [--jobs N]
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const ARCHIVE = "/usr/src/linux-source-6.12.tar.xz"
/** Debian packages that the build needs, each with a file that shows it is there. */
const PACKAGES = {
  "linux-source-6.12": ARCHIVE,
  gcc: "/usr/bin/gcc",
  make: "/usr/bin/make",
  flex: "/usr/bin/flex",
  bison: "/usr/bin/bison",
  bc: "/usr/bin/bc",
  "libelf-dev": "/usr/include/libelf.h",
  "libssl-dev": "/usr/include/openssl/ssl.h",
  dwarves: "/usr/bin/pahole",
  "xz-utils": "/usr/bin/xz",
}

const cache = fileURLToPath(new URL("../../.cache/kernels", import.meta.url))
const fragment = fileURLToPath(new URL("reference.config", import.meta.url))
const source = join(cache, "linux-source-6.12")
const build = join(cache, "reference-build")
const folder = join(cache, "reference")
const { values } = parseArgs({
  options: { jobs: { type: "string", default: String(availableParallelism()) } },
})

const missing = Object.keys(PACKAGES).filter(name => !existsSync(PACKAGES[name]))
if (missing.length > 0) fail(`packages are missing: apt-get install ${missing.join(" ")}`)
const started = Date.now()
unpack()
configure()
make(`-j${values.jobs}`, "bzImage")
install()
console.log(`${folder}: built in ${Math.round((Date.now() - started) / 60_000)} minutes, ${describe()}`)

function unpack() {
  if (existsSync(source)) return
  const partial = `${source}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  execFileSync("tar", ["xf", ARCHIVE, "--strip-components=1", "-C", partial])
  renameSync(partial, source)
}

/** Everything off but the fragment, and what that selects. Symbols that Kconfig drops fail the build before it starts. */
function configure() {
  make("allnoconfig")
  const options = path =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter(line => line.startsWith("CONFIG_"))
  const kept = new Set(options(join(build, ".config")))
  const dropped = options(fragment).filter(line => !kept.has(line))
  if (dropped.length > 0) fail(`Kconfig did not keep: ${dropped.join(", ")}`)
}

function make(...targets) {
  const env = { ...process.env, KCONFIG_ALLCONFIG: fragment }
  const args = [
    "-n",
    "15",
    "make",
    "-C",
    source,
    `O=${build}`,
    "ARCH=x86_64",
    "--no-print-directory",
    ...targets,
  ]
  if (spawnSync("nice", args, { env, stdio: "inherit" }).status !== 0)
    fail(`make ${targets.join(" ")} failed`)
}

/** As kernelPackage lays out Debian's: the image, its configuration, and a folder for the modules that it has none of. */
function install() {
  const version = kernelVersion()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, "boot"), { recursive: true })
  mkdirSync(join(folder, "lib", "modules", version), { recursive: true })
  copyFileSync(join(build, "arch/x86/boot/bzImage"), join(folder, "boot", `vmlinuz-${version}`))
  copyFileSync(join(build, ".config"), join(folder, "boot", `config-${version}`))
}

function kernelVersion() {
  return readFileSync(join(build, "include/config/kernel.release"), "utf8").trim()
}

function describe() {
  const image = join(folder, "boot", `vmlinuz-${kernelVersion()}`)
  return `${kernelVersion()}, an image of ${(statSync(image).size / 2 ** 20).toFixed(1)} MiB`
}

function fail(message) {
  console.error(`build-reference: ${message}`)
  process.exit(1)
}
