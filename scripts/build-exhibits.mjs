#!/usr/bin/env node
// Compiles exhibits/*/program.bpf.c to program.bpf.o with clang-19. `--check` compiles to a temporary folder instead
// and fails when a committed object differs from its source.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const check = process.argv.includes("--check")

/** The same flags on every machine give the same bytes: paths are cut, the instruction set is fixed. */
export function compile(source, object) {
  const multiarch = `/usr/include/${execFileSync("gcc", ["-print-multiarch"], { encoding: "utf8" }).trim()}`
  const flags = [
    "-target",
    "bpf",
    "-D__TARGET_ARCH_x86",
    "-mcpu=v3",
    "-O2",
    "-g",
    "-Wall",
    "-Werror",
    "-Wno-unused-variable",
  ]
  const paths = [`-ffile-prefix-map=${root}=`, `-fdebug-compilation-dir=.`, "-I", multiarch]
  execFileSync("clang-19", [...flags, ...paths, "-c", relative(root, source), "-o", object], {
    cwd: root,
    stdio: "inherit",
  })
  execFileSync("llvm-strip-19", ["-g", object])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = mkdtempSync(join(tmpdir(), "skep-exhibits-"))
  let stale = 0
  for (const name of readdirSync(join(root, "exhibits")).sort()) {
    const source = join(root, "exhibits", name, "program.bpf.c")
    if (!existsSync(source)) continue
    const committed = join(root, "exhibits", name, "program.bpf.o")
    const object = check ? join(scratch, `${name}.o`) : committed
    compile(source, object)
    const fresh = !check || (existsSync(committed) && readFileSync(object).equals(readFileSync(committed)))
    console.log(`${name}: ${check ? (fresh ? "up to date" : "differs from its source") : "built"}`)
    if (!fresh) stale += 1
  }
  rmSync(scratch, { recursive: true })
  process.exitCode = stale === 0 ? 0 : 1
}
