#!/usr/bin/env node
// npm run bench [-- PATTERN] [--json]: times whole commands and parts of the library. Every group is measured in one
// run and has a first row that the others are compared with: ratios travel between machines, times do not.
import { availableParallelism, cpus } from "node:os"
import { ENGINE_GROUPS } from "./engine/costs.mjs"
import { programGroups } from "./engine/programs.mjs"
import { EVENT_GROUPS } from "./events.mjs"
import { LIBRARY_GROUPS } from "./library.mjs"
import { MAP_GROUPS } from "./maps.mjs"
import { PROCESS_GROUPS } from "./processes.mjs"
import { VERIFIER_GROUPS } from "./verifier.mjs"
import { XDP_GROUPS } from "./xdp.mjs"

const json = process.argv.includes("--json")
const pattern = process.argv.slice(2).find(arg => !arg.startsWith("-")) ?? ""
const all = [
  ...PROCESS_GROUPS,
  ...LIBRARY_GROUPS,
  ...programGroups(),
  ...ENGINE_GROUPS,
  ...MAP_GROUPS,
  ...VERIFIER_GROUPS,
  ...XDP_GROUPS,
  ...EVENT_GROUPS,
]
const groups = all.filter(group => group.name.includes(pattern))
if (groups.length === 0) {
  console.error(`bench: no group's name contains '${pattern}'`)
  process.exit(2)
}

const report = { machine: machine(), groups: [] }
if (!json) console.log(`${report.machine}\n`)
for (const { name, measure } of groups) {
  const rows = await measure()
  const [base] = rows
  report.groups.push({ name, rows: rows.map(row => ({ ...row, ratio: row.ms / base.ms })) })
  if (!json) print(report.groups.at(-1))
}
if (json) console.log(JSON.stringify(report, null, 1))

function print({ name, rows }) {
  console.log(name)
  const width = Math.max(...rows.map(row => row.name.length))
  for (const { name, ms, worst, median, ratio, note } of rows) {
    const columns = [name.padEnd(width), time(ms).padStart(10), `${ratio.toFixed(2).padStart(8)} x`]
    console.log(
      `  ${columns.join("  ")}  ${median === undefined ? `up to ${time(worst)}` : `median ${time(median)}`}${note ? `  ${note}` : ""}`,
    )
  }
  console.log()
}

function time(ms) {
  if (ms >= 1) return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`
  return ms >= 0.001 ? `${(ms * 1000).toFixed(1)} µs` : `${(ms * 1e6).toFixed(ms < 1e-4 ? 1 : 0)} ns`
}

function machine() {
  const model = cpus()[0]?.model ?? "unknown processor"
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, Node ${process.version}, ${availableParallelism()} × ${model}`
}
