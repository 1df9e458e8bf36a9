#!/usr/bin/env node
// npm run bench:engine [-- --json] [NAME…]: the programs of programs.c and counters.c on the engine, against native clang
// -O2 of the same C, all in one run. Times travel badly between machines, ratios well. Needs clang-19; with lld-19 clang's
// own WebAssembly of the programs is a column too: what a compiler that sees the C can do at best.
import { cpus } from "node:os"
import { buildPrograms, runNative } from "./build.mjs"
import { programsOf } from "./engines.mjs"

const args = process.argv.slice(2)
const json = args.includes("--json")
const names = args.filter(arg => !arg.startsWith("-"))

/** Native code and the ways take turns, so that a busy machine slows all of them down. */
const ROUNDS = 40
const [WARM_MILLISECONDS, ROUND_MILLISECONDS, NATIVE_MILLISECONDS] = [150, 3, 4]
const COLUMNS = ["quick", "optimising", "dispatch", "clang"]

function warmUp({ fill, run }, expected, name) {
  fill()
  const result = BigInt.asUintN(64, run()).toString(16)
  if (result !== expected) throw new Error(`${name}: the engine gives ${result}, native code ${expected}`)
  // Separate calls, and time in between: V8 compiles what is hot in the background.
  for (let end = performance.now() + WARM_MILLISECONDS; performance.now() < end; ) run()
}

/** Nanoseconds of single runs, a few at a time. */
function sample({ fill, run }, taken) {
  fill()
  const end = performance.now() + ROUND_MILLISECONDS
  let now = performance.now()
  while (now < end) {
    const start = now
    for (let i = 0; i < 8; i++) run()
    now = performance.now()
    taken.push(((now - start) * 1e6) / 8)
  }
}

const median = numbers => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

function measure({ name, instructions, ways }) {
  const { result } = runNative(name, NATIVE_MILLISECONDS)
  for (const way of Object.values(ways)) warmUp(way, result, name)
  const native = { minimum: Infinity, medians: [] }
  const taken = Object.fromEntries(Object.keys(ways).map(way => [way, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const one = runNative(name, NATIVE_MILLISECONDS)
    native.minimum = Math.min(native.minimum, one.minimum)
    native.medians.push(one.median)
    for (const [way, own] of Object.entries(taken)) sample(ways[way], own)
  }
  const times = Object.entries(taken).map(([way, own]) => {
    const minimum = own.reduce((least, one) => Math.min(least, one), Infinity)
    const ratios = { minimum: minimum / native.minimum, median: median(own) / median(native.medians) }
    return [way, { minimum, median: median(own), ratios }]
  })
  return {
    name,
    instructions,
    native: { minimum: native.minimum, median: median(native.medians) },
    ...Object.fromEntries(times),
  }
}

const { objects, clangModule } = buildPrograms()
const programs = (await programsOf(objects, clangModule)).filter(
  ({ name }) => names.length === 0 || names.includes(name),
)
if (programs.length === 0) {
  console.error(`bench:engine: no program is called ${names.join(" or ")}`)
  process.exit(2)
}
const rows = []
for (const program of programs) {
  const row = measure(program)
  rows.push(row)
  if (!json) console.log(line(row))
}

function line({ name, instructions, native, ...ways }) {
  const column = way =>
    ways[way]
      ? `${way} ${ways[way].ratios.minimum.toFixed(2).padStart(5)} (${ways[way].ratios.median.toFixed(2).padStart(5)})`
      : ""
  const size = `${String(instructions).padStart(4)} insns  native ${native.minimum.toFixed(0).padStart(6)} ns`
  return `${name.padEnd(10)} ${size}  ${COLUMNS.map(column).join("  ")}`
}

const means = Object.fromEntries(
  COLUMNS.map(way => {
    const known = rows.filter(row => row[way])
    const mean = kind =>
      Math.exp(known.reduce((sum, row) => sum + Math.log(row[way].ratios[kind]), 0) / known.length)
    return [
      way,
      known.length > 0 && { minimum: mean("minimum"), median: mean("median"), programs: known.length },
    ]
  }).filter(([, mean]) => mean),
)
const machine = `${cpus()[0]?.model}, Node ${process.version}`
if (json) console.log(JSON.stringify({ machine, rows, means }, null, 1))
else {
  console.log(`${machine}: times of the fastest run over native's; in brackets those of the median run`)
  for (const [way, { minimum, median, programs }] of Object.entries(means))
    console.log(`geometric mean of ${programs}: ${way} ${minimum.toFixed(2)} (${median.toFixed(2)})`)
}
