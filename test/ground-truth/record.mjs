#!/usr/bin/env node
// Records what real kernels answer: builds the programs, boots Debian's 6.1 and 6.12 kernels under QEMU, runs every
// run of runs.mjs there and writes golden/<release>/*.json. With release names as arguments, only those.
// Needs qemu-system-x86, busybox-static, clang-19, gcc, libbpf-dev (static), and a build for reading profiles.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { loadBuiltinProfile } from "../../dist/profile/node.js"
import { compile } from "../../scripts/build-exhibits.mjs"
import { runInGuest } from "../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../scripts/kernel-guest/kernel-package.mjs"
import { distilHello, distilMemory, distilTrace } from "./distil.mjs"
import { MEMORY_RUNS, TRACE_RUNS } from "./runs.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "../..")
const built = join(root, ".cache/ground-truth")

mkdirSync(built, { recursive: true })
const program = name => join(here, "programs", name)
for (const name of ["trace", "memory"]) compile(program(`${name}.bpf.c`), join(built, `${name}.bpf.o`))
const gcc = (...args) => execFileSync("gcc", args, { stdio: ["inherit", "inherit", "ignore"] })
gcc("-O2", "-Wall", "-static", join(here, "loader.c"), "-o", join(built, "loader"), "-lbpf", "-lelf", "-lz")
gcc("-nostdlib", "-static", program("true.S"), "-o", join(built, "true"))
gcc("-O2", "-nostdlib", "-static", "-fno-stack-protector", program("files.c"), "-o", join(built, "files"))

const releases = process.argv.length > 2 ? process.argv.slice(2) : ["6.1", "6.12"]
for (const release of releases) {
  const kernel = kernelPackage(release)
  const results = join(built, release)
  console.log(`${release}: ${TRACE_RUNS.length} runs`)
  await runInGuest({
    kernel: kernel.image,
    script: guestScript(),
    files: guestFiles(),
    results,
    seconds: 580,
  })
  const errors = readFileSync(join(results, "stderr"), "utf8")
  if (errors !== "") console.log(errors)
  const profile = await loadBuiltinProfile(release)
  const golden = join(here, "golden", release)
  rmSync(golden, { recursive: true, force: true })
  mkdirSync(golden, { recursive: true })
  const output = name => readFileSync(join(results, name), "utf8")
  const write = (name, value) => writeFileSync(join(golden, `${name}.json`), formatGolden(value))
  for (const run of TRACE_RUNS) write(run.name, { ...run, ...distilTrace(output(run.name), profile) })
  for (const name of MEMORY_RUNS) write(name, distilMemory(output(name)))
  write("hello", distilHello(output("hello")))
}

function guestFiles() {
  const files = {
    "bin/true": join(built, "true"),
    "bin/files": join(built, "files"),
    "guest/loader": join(built, "loader"),
  }
  for (const name of ["trace", "memory"]) files[`guest/${name}.bpf.o`] = join(built, `${name}.bpf.o`)
  files["guest/hello.bpf.o"] = join(root, "exhibits/hello/program.bpf.o")
  return files
}

function guestScript() {
  const lines = ["ln -sf busybox /bin/sh", "cd /guest"]
  for (const { name, command, print, programs } of TRACE_RUNS)
    lines.push(
      `./loader trace trace.bpf.o '${command}' ${print ? "print " : ""}${programs.join(" ")} >/tmp/out/${name} || echo ${name} >&2`,
    )
  for (const name of MEMORY_RUNS)
    lines.push(`./loader memory memory.bpf.o ${name} >/tmp/out/${name} || echo ${name} >&2`)
  lines.push(
    "./loader hello hello.bpf.o /bin/true >/tmp/out/hello || echo hello >&2",
    "dmesg >/tmp/out/dmesg",
  )
  return `${lines.join("\n")}\n`
}

/** JSON with one element of the long lists a line. */
function formatGolden(value) {
  const entries = Object.entries(value).map(([key, item]) => {
    const isList = Array.isArray(item) && item.length > 0 && key !== "programs"
    const text = isList
      ? `[\n${item.map(line => `    ${JSON.stringify(line)}`).join(",\n")}\n  ]`
      : JSON.stringify(item)
    return `  ${JSON.stringify(key)}: ${text}`
  })
  return `{\n${entries.join(",\n")}\n}\n`
}
