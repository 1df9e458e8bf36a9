#!/usr/bin/env node
// npm run bench:engine [-- --json] [NAME…]: the programs of programs.c and counters.c on the engine, against native clang
// -O2 of the same C, all in one run. Times travel badly between machines, ratios well. Needs clang-19; with lld-19 clang's
// own WebAssembly of the programs is a column too: what a compiler that sees the C can do at best.
import { cpus } from "node:os"
import { benchmarkPrograms, measure } from "./programs.mjs"

const args = process.argv.slice(2)
const json = args.includes("--json")
const names = args.filter(arg => !arg.startsWith("-"))

const COLUMNS = ["quick", "optimising", "dispatch", "clang"]

const programs = (await benchmarkPrograms()).filter(({ name }) => names.length === 0 || names.includes(name))
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
