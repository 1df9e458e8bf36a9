// Verifies programs of the kernel's selftests and compares with what a kernel said of them.
//   npm run build && node test/verifier/selftests.mjs [FILE-PATTERN] [--release 6.1|6.12] [--table 1|2]
//   [--unprivileged] [--capabilities LIST] [--list KIND] [--program NAME]
//   [--log LEVEL] [--brief] [--check] [--json FILE]; with --check it fails below what has been reached, with --json each
//   program's result goes to a file.
// LIST is what the loading process holds, as oracle.mjs has it: none (the same as --unprivileged), or bpf,net_admin …
// KIND is one of accepted (wrongly), rejected (wrongly), unsupported, errno, message, processed, crashed.
import { writeFileSync } from "node:fs"
import { lastLine } from "./last-line.mjs"
import { limitedTable, TABLES } from "./oracle.mjs"
import { loadPrograms } from "./programs.mjs"

/** What has been reached, as shares, less a little: the selftests of another compiler differ. */
const REACHED = {
  6.1: [{ equal: 0.98, messages: 0.98, processed: 0.98 }],
  6.12: [
    { equal: 0.98, messages: 0.98, processed: 0.99 },
    { equal: 0.98, messages: 0.98, processed: 0.99 },
  ],
}

/** By programs that are loaded without capabilities, or with some. */
const REACHED_LIMITED = { equal: 0.98, messages: 0.97, processed: 0.97 }

const options = parseOptions(process.argv.slice(2))
let totals
let rows
let details
let time
let steps
const results = []

if (options.capabilities) await compare(limitedTable(options.release, options.capabilities), REACHED_LIMITED)
else
  for (const [index, table] of TABLES[options.release].entries())
    if (options.table === undefined || options.table === index + 1)
      await compare(table, REACHED[options.release][index])
if (options.json) writeFileSync(options.json, JSON.stringify(results))

async function compare(table, reached) {
  totals = newRow()
  rows = []
  details = []
  time = 0
  steps = 0
  for await (const { file, program, expected, verify } of loadPrograms(
    options.file,
    options.release,
    table,
    options.capabilities,
  )) {
    if (options.program && program.name !== options.program) continue
    if (rows.at(-1)?.[0] !== file) rows.push([file, newRow()])
    const result = timed(verify)
    const { verdict, errno, message, log, stats } = result
    results.push({
      file,
      program: program.name,
      verdict,
      errno,
      message,
      last: lastWords(log),
      processed: stats.processed,
    })
    count(rows.at(-1)[1], file, program, expected, result)
  }
  for (const [, row] of rows) for (const key of Object.keys(totals)) totals[key] += row[key]
  console.log(table)
  report()
  if (options.check) check(reached)
}

/** Without a log first, which is what is timed; the log of a refusal has the line that is compared. */
function timed(verify) {
  try {
    const start = performance.now()
    const result = verify(0)
    time += performance.now() - start
    steps += result.stats.processed
    if (result.verdict !== "reject" && !options.program) return result
    return verify(options.log)
  } catch (error) {
    return { verdict: "crash", message: error.stack ?? String(error), stats: { processed: 0 }, log: "" }
  }
}

function count(row, file, program, expected, result) {
  row.programs++
  const name = `${file.replace(/\.bpf\.o$/, "")} ${program.name}`
  const note = (kind, text) => {
    details.push([kind, `${name}: ${text}`])
  }
  if (options.program) console.log(result.log, "\n", result.verdict, result.message, "\nexpected", expected)
  if (result.verdict === "crash") {
    row.crashed++
    note("crashed", result.message.split("\n").slice(0, 4).join(" | "))
  } else if (result.verdict === "unsupported") {
    row.unsupported++
    note("unsupported", result.message)
  } else if (result.verdict === expected.verdict) {
    row.equal++
    if (expected.verdict === "reject") {
      row.rejections++
      if (result.errno === expected.errno) row.errno++
      else note("errno", `${result.errno} <> ${expected.errno}`)
      if (lastWords(result.log) === expected.message) row.message++
      else note("message", `${lastWords(result.log)}  <>  ${expected.message}`)
    }
    if (result.stats.processed === expected.processed) row.processed++
    else note("processed", `${result.stats.processed} <> ${expected.processed}`)
  } else if (result.verdict === "accept") {
    row.accepted++
    note("accepted", expected.message)
  } else {
    row.rejected++
    note("rejected", result.message)
  }
}

/** Why, without the numbers that kfuncs have only here. */
function lastWords(log) {
  return (lastLine(log) ?? "").trim().replace(/(unknown#2002)\d+$/, "$1…")
}

function report() {
  const kinds = options.list ? [options.list] : []
  for (const [kind, text] of details)
    if (options.list === "all" || kinds.includes(kind)) console.log(`${kind}: ${text}`)
  const line = (name, row) => {
    const cells = [
      "programs",
      "equal",
      "unsupported",
      "accepted",
      "rejected",
      "crashed",
      "rejections",
      "errno",
      "message",
      "processed",
    ]
    console.log(`${name.padEnd(44)} ${cells.map(cell => String(row[cell]).padStart(11)).join("")}`)
  }
  const heads = [
    "programs",
    "equal",
    "unsupported",
    "w.accepted",
    "w.rejected",
    "crashed",
    "rejections",
    "errno =",
    "message =",
    "processed =",
  ]
  console.log(`${"".padEnd(44)} ${heads.map(head => head.padStart(11)).join("")}`)
  if (!options.brief) for (const [file, row] of rows) line(file.replace(/\.bpf\.o$/, ""), row)
  line("all", totals)
  console.log(`${(time / 1000).toFixed(2)} s, ${steps} steps, ${Math.round(steps / time)} thousand a second`)
}

function check(reached) {
  const { programs, equal, accepted, rejections, errno, message, crashed, processed } = totals
  const percent = share => `${share * 100} %`
  const broken = [
    [equal >= reached.equal * programs, `fewer than ${percent(reached.equal)} of the verdicts are equal`],
    [accepted === 0, "programs are accepted that the kernel rejects"],
    [crashed === 0, "the verifier crashed"],
    [
      errno >= reached.messages * rejections,
      `fewer than ${percent(reached.messages)} of the errnos are equal`,
    ],
    [
      message >= reached.messages * rejections,
      `fewer than ${percent(reached.messages)} of the last messages are equal`,
    ],
    [
      processed >= reached.processed * equal,
      `fewer than ${percent(reached.processed)} of the instruction counts are equal`,
    ],
  ].filter(([holds]) => !holds)
  for (const [, text] of broken) console.error(text)
  if (broken.length) process.exitCode = 1
}

function newRow() {
  return {
    programs: 0,
    equal: 0,
    unsupported: 0,
    accepted: 0,
    rejected: 0,
    crashed: 0,
    rejections: 0,
    errno: 0,
    message: 0,
    processed: 0,
  }
}

function parseOptions(args) {
  const value = name => {
    const at = args.indexOf(name)
    return at < 0 ? undefined : args.splice(at, 2)[1]
  }
  const list = value("--list")
  const table = value("--table")
  const release = value("--release") ?? "6.12"
  const program = value("--program")
  const json = value("--json")
  const capabilities = value("--capabilities") ?? (args.includes("--unprivileged") ? "none" : undefined)
  // Below 2 the log of a way is cut where it was put aside, which was inside a line when a jump was known.
  const log = Number(value("--log") ?? (capabilities ? 2 : 1))
  const brief = args.includes("--brief")
  const check = args.includes("--check")
  return {
    list,
    release,
    table: table && Number(table),
    program,
    json,
    capabilities,
    log,
    brief,
    check,
    file: args.find(arg => !arg.startsWith("--")),
  }
}
