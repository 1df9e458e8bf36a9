#!/usr/bin/env node
// Records what real kernels answer: builds the programs, boots Debian's 6.1 and 6.12 kernels under QEMU, runs every
// run of runs.mjs there and writes golden/<release>/*.json. With release names as arguments, only those. With
// --distil nothing boots: the goldens are written again from what the last recording left in .cache/ground-truth;
// with --only=WORD[,WORD...] only some: "maps" for what bpf(2) answers to map commands, or objects of ANSWER_RUNS.
// Needs qemu-system-x86, busybox-static, clang-19, gcc, libbpf-dev (static), and a build for reading profiles.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../scripts/kernel-guest/kernel-package.mjs"
import { compile } from "../../scripts/objects/compile.mjs"
import { distilAnswers, distilHello, distilTrace } from "./distil.mjs"
import { MAP_RUNS } from "./map-runs/index.mjs"
import { ANSWER_RUNS, TRACE_RUNS } from "./runs.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "../..")
const built = join(root, ".cache/ground-truth")
const OBJECTS = ["trace", "memory", "maps", "elements"]
const TOOLS = ["loader", "map-operations"]

const program = name => join(here, "programs", name)
const isDistilOnly = process.argv.includes("--distil")
const only = process.argv
  .find(word => word.startsWith("--only="))
  ?.slice("--only=".length)
  .split(",")
const isWanted = word => !only || only.includes(word)
const traceRuns = only ? [] : TRACE_RUNS
const answerRuns = ANSWER_RUNS.filter(run => isWanted(run.object))
const wanted = process.argv.slice(2).filter(word => !word.startsWith("--"))
if (!isDistilOnly) build()
for (const release of wanted.length > 0 ? wanted : ["6.1", "6.12"]) {
  if (!isDistilOnly) await record(release)
  await distil(release)
}

/** Objects for the guest come from here; those that the tests load are committed. */
function build() {
  mkdirSync(built, { recursive: true })
  for (const name of OBJECTS)
    compile(program(`${name}.bpf.c`), program(`${name}.bpf.o`), { flags: ["-Werror"] })
  const gcc = (...args) => execFileSync("gcc", args, { stdio: ["inherit", "inherit", "pipe"] })
  for (const tool of TOOLS)
    gcc("-O2", "-Wall", "-static", join(here, `${tool}.c`), "-o", join(built, tool), "-lbpf", "-lelf", "-lz")
  const commands = MAP_RUNS.map(({ steps }) => ["run", ...steps].join("\n"))
  writeFileSync(join(built, "map-commands"), `${commands.join("\n")}\n`)
  gcc("-nostdlib", "-static", program("true.S"), "-o", join(built, "true"))
  gcc("-O2", "-nostdlib", "-static", "-fno-stack-protector", program("files.c"), "-o", join(built, "files"))
}

async function record(release) {
  const results = join(built, release)
  console.log(`${release}: ${traceRuns.length + answerRuns.length} runs`)
  const kernel = kernelPackage(release).image
  await runInGuest({
    kernel,
    script: guestScript(),
    files: guestFiles(),
    results,
    // Attaching and detaching hundreds of programs waits for as many grace periods.
    append: "rcupdate.rcu_expedited=1",
    seconds: 1800,
    echo: process.argv.includes("--echo"),
  })
  const errors = readFileSync(join(results, "stderr"), "utf8")
  if (errors !== "") console.log(errors)
}

async function distil(release) {
  const golden = join(here, "golden", release)
  const output = name => readFileSync(join(built, release, name), "utf8")
  const write = (name, value) => writeFileSync(join(golden, `${name}.json`), formatGolden(value))
  if (!only) rmSync(golden, { recursive: true, force: true })
  mkdirSync(golden, { recursive: true })
  if (isWanted("maps")) write("map-operations", { runs: mapAnswers(output("map-operations")) })
  for (const { name } of answerRuns) write(name, distilAnswers(output(name)))
  if (only) return
  const { loadBuiltinProfile } = await import("../../dist/profile/node.js")
  const profile = await loadBuiltinProfile(release)
  for (const run of traceRuns) write(run.name, distilTrace(output(run.name), profile))
  write("hello", distilHello(output("hello")))
}

function guestFiles() {
  const files = {
    "bin/true": join(built, "true"),
    "bin/files": join(built, "files"),
  }
  for (const tool of TOOLS) files[`guest/${tool}`] = join(built, tool)
  for (const name of OBJECTS) files[`guest/${name}.bpf.o`] = program(`${name}.bpf.o`)
  files["guest/map-commands"] = join(built, "map-commands")
  files["guest/hello.bpf.o"] = join(root, "exhibits/hello/program.bpf.o")
  return files
}

function guestScript() {
  const lines = ["ln -sf busybox /bin/sh", "cd /guest"]
  const run = (name, command) =>
    lines.push(`echo ${name} >/dev/console`, `${command} >/tmp/out/${name} || echo ${name} >&2`)
  if (isWanted("maps")) run("map-operations", "./map-operations <map-commands")
  for (const { name, command, programs } of traceRuns)
    run(name, `./loader trace trace.bpf.o '${command}' ${programs.join(" ")}`)
  for (const { name, object, programs } of answerRuns)
    run(name, `./loader answers ${object}.bpf.o ${programs.join(" ")}`)
  if (!only) run("hello", "./loader hello hello.bpf.o /bin/true")
  lines.push("dmesg >/tmp/out/dmesg")
  return `${lines.join("\n")}\n`
}

/** What was answered to the steps of each map run, by the run's name. */
function mapAnswers(text) {
  const answers = text.split(/^run\n/m).slice(1)
  return Object.fromEntries(
    MAP_RUNS.map(({ name }, index) => [name, (answers[index] ?? "").trimEnd().split("\n")]),
  )
}

/** One run a line. */
function linesOf(runs) {
  return Object.entries(runs)
    .map(([name, answers]) => `    ${JSON.stringify(name)}: ${JSON.stringify(answers)}`)
    .join(",\n")
}

/** JSON with one element of the long lists a line. */
function formatGolden(value) {
  const entries = Object.entries(value).map(([key, item]) => {
    if (key === "runs") return `  "runs": {\n${linesOf(item)}\n  }`
    const isList = Array.isArray(item) && item.length > 0 && key !== "programs"
    const text = isList
      ? `[\n${item.map(line => `    ${JSON.stringify(line)}`).join(",\n")}\n  ]`
      : JSON.stringify(item)
    return `  ${JSON.stringify(key)}: ${text}`
  })
  return `{\n${entries.join(",\n")}\n}\n`
}
