// How C becomes the BPF objects of this repository: the same flags on every machine give the same bytes.
import { execFileSync } from "node:child_process"
import { dirname, relative } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

/** Debian keeps asm/types.h, which linux/bpf.h wants, in the folder of the machine's own architecture. */
let multiarch
const includes = () => {
  multiarch ??= execFileSync("gcc", ["-print-multiarch"], { encoding: "utf8" }).trim()
  return ["-idirafter", `/usr/include/${multiarch}`]
}

/**
 * Compiles one C file to a BPF object with BTF and without DWARF. Paths in it are cut to what they are below
 * `folder`, the root of the repository unless told.
 */
export function compile(source, object, { folder = root, flags = [], debug = true, target = "bpf" } = {}) {
  const common = [
    "-target",
    target,
    "-D__TARGET_ARCH_x86",
    "-mcpu=v3",
    "-O2",
    "-Wall",
    "-Wno-unused-variable",
  ]
  const paths = [`-ffile-prefix-map=${folder}/=`, "-fdebug-compilation-dir=."]
  const from = relative(folder, source)
  clang(
    [...common, ...(debug ? ["-g"] : []), ...flags, ...paths, ...includes(), "-c", from, "-o", object],
    folder,
  )
  execFileSync("llvm-strip-19", ["-g", object])
}

export function clang(args, folder = dirname(fileURLToPath(import.meta.url))) {
  execFileSync("clang-19", args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] })
}
