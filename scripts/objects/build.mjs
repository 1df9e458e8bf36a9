#!/usr/bin/env node
// Compiles every C file of the repository whose object is committed: npm run objects [-- FOLDER…] [--check]
// `--check` compiles to a temporary folder instead and fails when a committed file differs from its source.
// Needs clang-19, llvm-19, gcc and libbpf-dev; test/core-relocation also pahole (dwarves).
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { compile } from "./compile.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Exhibits that read registers, with an object for 64-bit ARM as well: program-arm64.bpf.o. */
const FOR_ARM64 = ["hello", "kprobe", "ksyscall"]

/** Folders with objects. Where `build` is missing, each NAME.bpf.c beside gives NAME.bpf.o. */
const FOLDERS = {
  ...exhibits(),
  "exhibits/programs": { build: import("../../exhibits/programs/build.mjs") },
  "src/btf/fixtures": { build: import("../../src/btf/fixtures/build.mjs") },
  "src/cli/disasm/fixtures": {},
  "src/cli/run/fixtures": {},
  "src/cli/verify/fixtures": {},
  "src/embedded/fixtures": {},
  "src/engine/fixtures": { build: import("../../src/engine/fixtures/build.mjs") },
  "src/object/fixtures": { build: import("../../src/object/fixtures/build.mjs") },
  "test/arm64/programs": { build: import("../../test/arm64/programs/build.mjs") },
  "test/chapter/programs": { build: import("../../test/chapter/programs/build.mjs") },
  "test/core-relocation": { build: import("../../test/core-relocation/build.mjs") },
  "test/ground-truth/programs": {},
  "test/kernel/programs": {},
}

/** Each exhibit's folder. */
function exhibits() {
  const folders = readdirSync(join(root, "exhibits"), { withFileTypes: true }).filter(entry =>
    entry.isDirectory(),
  )
  return Object.fromEntries(
    folders.map(({ name }) => [
      `exhibits/${name}`,
      FOR_ARM64.includes(name) ? { build: { build: buildForTwo } } : {},
    ]),
  )
}

const check = process.argv.includes("--check")
const wanted = process.argv.slice(2).filter(arg => !arg.startsWith("-"))
const unknown = wanted.filter(folder => !(folder in FOLDERS))
if (unknown.length > 0) {
  console.error(`objects: no ${unknown.join(", ")} among ${Object.keys(FOLDERS).join(", ")}`)
  process.exit(2)
}
let stale = 0
for (const folder of wanted.length > 0 ? wanted : Object.keys(FOLDERS)) stale += await buildFolder(folder)
process.exitCode = stale === 0 ? 0 : 1

/** Builds one folder and gives the number of committed files that are out of date. */
async function buildFolder(folder) {
  const source = join(root, folder)
  const out = check ? mkdtempSync(join(tmpdir(), "skep-objects-")) : source
  try {
    const build = (await FOLDERS[folder].build)?.build ?? buildPlain
    await build(out, source)
    if (!check) return 0
    const built = filesBelow(out)
    const old = built.filter(file => !isSame(join(out, file), join(source, file)))
    console.log(
      `${folder}: ${built.length} files, ${old.length === 0 ? "up to date" : `old: ${old.join(", ")}`}`,
    )
    return old.length
  } finally {
    if (check) rmSync(out, { recursive: true })
  }
}

function buildPlain(out, source) {
  for (const name of readdirSync(source).filter(name => name.endsWith(".bpf.c"))) {
    const object = join(out, name.replace(/c$/, "o"))
    mkdirSync(dirname(object), { recursive: true })
    compile(join(source, name), object, { flags: ["-Werror"] })
  }
}

function buildForTwo(out, source) {
  buildPlain(out, source)
  const flags = ["-Werror", "-U__TARGET_ARCH_x86", "-D__TARGET_ARCH_arm64"]
  compile(join(source, "program.bpf.c"), join(out, "program-arm64.bpf.o"), {
    flags: [...flags, "-include", "exhibits/programs/arm64.h"],
  })
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true }).filter(name => statSync(join(folder, name)).isFile())
}

function isSame(one, other) {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other))
}
