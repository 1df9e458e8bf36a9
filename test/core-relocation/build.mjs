// What `npm run objects` makes here: cases/NAME.bpf.c and cases/NAME.target.c as objects/NAME.bpf.o and
// objects/NAME.target.btf, and the damaged objects. Targets of 32 bits need gcc and pahole.
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
import { clang } from "../../scripts/objects/compile.mjs"
import { DAMAGED, Damaged } from "./damage.mjs"

export function build(out, source) {
  const cases = join(source, "cases")
  const objects = join(out, "objects")
  const scratch = mkdtempSync(join(tmpdir(), "skep-core-"))
  rmSync(objects, { recursive: true, force: true })
  mkdirSync(objects, { recursive: true })
  try {
    for (const name of caseNames(cases)) {
      const object = join(objects, `${name}.bpf.o`)
      compileCase(cases, `${name}.bpf.c`, object)
      // DWARF only; .BTF and .BTF.ext stay.
      run("llvm-strip-19", ["-g", object])
      compileTarget(cases, `${name}.target.c`, join(objects, `${name}.target.btf`), scratch)
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
}

function caseNames(cases) {
  return readdirSync(cases)
    .filter(file => file.endsWith(".bpf.c"))
    .map(file => file.slice(0, -".bpf.c".length))
}

function compileTarget(cases, source, out, scratch) {
  const object = join(scratch, "target.o")
  if (directive(cases, source, "target") === "i386") {
    run("gcc", ["-m32", "-g", "-c", join(cases, source), "-o", object])
    run("pahole", ["-j", `--btf_encode_detached=${out}`, object])
    return
  }
  compileCase(cases, source, object)
  run("llvm-objcopy-19", ["--dump-section", `.BTF=${out}`, object, join(scratch, "ignored.o")])
}

function compileCase(cases, source, out) {
  const version = directive(cases, source, "mcpu") ?? "v3"
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
  clang([...flags, "-fdebug-compilation-dir=.", "-c", source, "-o", out], cases)
}

/** The value of a line such as "// mcpu: v4" in a source. */
function directive(cases, source, key) {
  return new RegExp(`^// ${key}: (.+)$`, "m").exec(readFileSync(join(cases, source), "utf8"))?.[1]
}

function run(command, args) {
  execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"] })
}
