// Compiles cases/NAME.bpf.c and cases/NAME.target.c to objects/NAME.bpf.o and objects/NAME.target.btf, and makes the
// damaged objects. Needs clang-19 and llvm-19; gcc and pahole for targets of 32 bits.
import { execFileSync } from "node:child_process"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { DAMAGED, Damaged } from "./damage.mjs"

const cases = fileURLToPath(new URL("cases/", import.meta.url))
const objects = fileURLToPath(new URL("objects/", import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), "skep-core-"))

const names = readdirSync(cases)
  .filter(file => file.endsWith(".bpf.c"))
  .map(file => file.slice(0, -".bpf.c".length))
rmSync(objects, { recursive: true, force: true })
mkdirSync(objects)
try {
  for (const name of names) {
    compileProgram(name)
    compileTarget(name)
  }
  for (const { name, from, damage } of DAMAGED) {
    const bytes = readFileSync(join(objects, `${from}.bpf.o`))
    damage(new Damaged(bytes))
    writeFileSync(join(objects, `${name}.bpf.o`), bytes)
    copyFileSync(join(objects, `${from}.target.btf`), join(objects, `${name}.target.btf`))
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`${names.length} cases compiled, ${DAMAGED.length} damaged`)

function compileProgram(name) {
  const out = join(objects, `${name}.bpf.o`)
  clang(`${name}.bpf.c`, out)
  // DWARF only; .BTF and .BTF.ext stay.
  run("llvm-strip-19", ["-g", out])
}

function compileTarget(name) {
  const source = `${name}.target.c`
  const object = join(scratch, "target.o")
  const out = join(objects, `${name}.target.btf`)
  if (directive(source, "target") === "i386") {
    run("gcc", ["-m32", "-g", "-c", join(cases, source), "-o", object])
    run("pahole", ["-j", `--btf_encode_detached=${out}`, object])
    return
  }
  clang(source, object)
  run("llvm-objcopy-19", ["--dump-section", `.BTF=${out}`, object, join(scratch, "ignored.o")])
}

function clang(source, out) {
  const version = directive(source, "mcpu") ?? "v3"
  const flags = [
    "-target",
    "bpf",
    `-mcpu=${version}`,
    "-g",
    "-O2",
    "-Wall",
    "-Werror",
    "-Wno-unused-variable",
  ]
  // Debug information without the path of this checkout.
  run("clang-19", [...flags, "-fdebug-compilation-dir=.", "-c", source, "-o", out], cases)
}

/** The value of a line such as "// mcpu: v4" in a source. */
function directive(source, key) {
  return new RegExp(`^// ${key}: (.+)$`, "m").exec(readFileSync(join(cases, source), "utf8"))?.[1]
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] })
}
