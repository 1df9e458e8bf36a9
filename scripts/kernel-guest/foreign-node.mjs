// Node and koffi for a guest of another architecture: npm's builds of them, and Debian's libraries.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { cachedPackage } from "./debian-packages.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const NODE = "20.19.6"
/** Where Debian keeps libraries of arm64, and those that Node is linked with. */
const TRIPLET = "aarch64-linux-gnu"
const LIBRARIES = {
  libc6: ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "ld-linux-aarch64.so.1"].map(
    name => `lib/${TRIPLET}/${name}`,
  ),
  "libstdc++6": [`usr/lib/${TRIPLET}/libstdc++.so.6`],
  "libgcc-s1": [`lib/${TRIPLET}/libgcc_s.so.1`],
}

/** Files for `runInGuest`, to lay over those of the package: only for "arm64". */
export function nodeFiles(architecture) {
  const koffi = JSON.parse(readFileSync(join(root, "node_modules/koffi/package.json"), "utf8")).version
  const files = {
    "usr/bin/node": join(npmPackage(`node-linux-${architecture}`, NODE), "bin/node"),
    [`skep/node_modules/@koromix/koffi-linux-${architecture}`]: npmPackage(
      `@koromix/koffi-linux-${architecture}`,
      koffi,
    ),
  }
  for (const [name, paths] of Object.entries(LIBRARIES))
    for (const path of paths)
      files[path.replace(/^usr\//, "")] = join(cachedPackage(name, architecture), path)
  files["lib/ld-linux-aarch64.so.1"] = files[`lib/${TRIPLET}/ld-linux-aarch64.so.1`]
  return files
}

/** The folder of a package as npm has it, unpacked in the cache. */
function npmPackage(name, version) {
  const folder = join(root, ".cache/packages/npm", `${name.replace("/", "+")}-${version}`)
  if (existsSync(join(folder, "package"))) return join(folder, "package")
  mkdirSync(folder, { recursive: true })
  execFileSync("npm", ["pack", "--silent", `${name}@${version}`], { cwd: folder, stdio: "inherit" })
  const archive = readdirSync(folder).find(file => file.endsWith(".tgz"))
  execFileSync("tar", ["xzf", archive], { cwd: folder })
  return join(folder, "package")
}
