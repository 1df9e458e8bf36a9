// Compiles the benchmark programs for this machine, for BPF, and for WebAssembly where a linker is: needs clang-19.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { readObject } from "../../dist/object/index.js"

const here = dirname(fileURLToPath(import.meta.url))
const built = join(here, "../../.cache/bench-engine")
export const SOURCES = ["programs.c", "counters.c"]
const MEMORY = 0x2_0000

/** What BPF objects, native code and clang's WebAssembly there are. */
export function buildPrograms() {
  mkdirSync(built, { recursive: true })
  const clang = (words, stdio = "inherit") =>
    execFileSync("clang-19", ["-O2", ...words], { cwd: here, stdio })
  clang(["-rdynamic", "native.c", ...SOURCES, "-ldl", "-o", join(built, "native")])
  const objects = SOURCES.map(source => {
    const file = join(built, source.replace(/\.c$/, ".o"))
    clang(["-target", "bpf", "-mcpu=v4", "-fno-builtin", "-g", "-c", source, "-o", file])
    return readObject(readFileSync(file), { name: source })
  })
  return { objects, clangModule: clangModule(clang) }
}

/** Undefined without a linker. Its data lies behind the memory that programs work on. */
function clangModule(clang) {
  const target = [
    "--target=wasm32",
    "-nostdlib",
    "-fno-builtin",
    `-Wl,--no-entry,--export-dynamic,--import-memory`,
  ]
  const output = join(built, "programs.wasm")
  try {
    clang(
      [...target, `-Wl,--global-base=${2 * MEMORY}`, ...SOURCES, "-o", output],
      ["ignore", "ignore", "ignore"],
    )
  } catch {
    return undefined
  }
  return new WebAssembly.Module(readFileSync(output))
}

/** Runs a program natively for some milliseconds: its result, and the shortest and median nanoseconds. */
export function runNative(name, milliseconds) {
  return JSON.parse(execFileSync(join(built, "native"), [name, String(milliseconds)], { encoding: "utf8" }))
}
