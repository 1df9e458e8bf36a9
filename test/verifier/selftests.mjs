// Verifies the kernel's own verifier tests and compares with what Linux 6.12 said of them.
//   npm run build && node test/verifier/selftests.mjs [FILE-PATTERN] [--list KIND] [--program NAME] [--log LEVEL]
//   [--brief] [--check] [--json FILE]; with --check it fails below what has been reached, with --json each program's
//   result goes to a file.
// KIND is one of accepted (wrongly), rejected (wrongly), unsupported, message, processed, crashed.
import { writeFileSync } from "node:fs"
import { loadPrograms } from "./programs.mjs"

const options = parseOptions(process.argv.slice(2))
const totals = newRow()
const rows = []
const details = []
const results = []
let time = 0
let steps = 0

for await (const { file, program, expected, verify } of loadPrograms(options.file)) {
  if (options.program && program.name !== options.program) continue
  if (rows.at(-1)?.[0] !== file) rows.push([file, newRow()])
  const result = timed(verify)
  const { verdict, message, log, stats } = result
  results.push({
    file,
    program: program.name,
    verdict,
    message,
    last: lastLine(log),
    processed: stats.processed,
  })
  count(rows.at(-1)[1], file, program, expected, result)
}
for (const [, row] of rows) for (const key of Object.keys(totals)) totals[key] += row[key]
report()
if (options.json) writeFileSync(options.json, JSON.stringify(results))
if (options.check) check()

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
      if (lastLine(result.log) === expected.message) row.message++
      else note("message", `${lastLine(result.log)}  <>  ${expected.message}`)
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

/** The line that the kernel's log ends with before its statistics, addresses left out. */
function lastLine(log) {
  const lines = log.trimEnd().split("\n")
  while (/^(processed \d+ insns|stack depth|verification time)/.test(lines.at(-1))) lines.pop()
  return (lines.at(-1) ?? "").trim()
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
    "message =",
    "processed =",
  ]
  console.log(`${"".padEnd(44)} ${heads.map(head => head.padStart(11)).join("")}`)
  if (!options.brief) for (const [file, row] of rows) line(file.replace(/\.bpf\.o$/, ""), row)
  line("all", totals)
  console.log(`${(time / 1000).toFixed(2)} s, ${steps} steps, ${Math.round(steps / time)} thousand a second`)
}

/** What has been reached, less a little: the selftests of another compiler differ. */
function check() {
  const { programs, equal, accepted, rejections, message, crashed, processed } = totals
  const broken = [
    [equal >= 0.98 * programs, "fewer than 98 % of the verdicts are equal"],
    [accepted === 0, "programs are accepted that the kernel rejects"],
    [crashed === 0, "the verifier crashed"],
    [message >= 0.98 * rejections, "fewer than 98 % of the last messages are equal"],
    [processed >= 0.99 * equal, "fewer than 99 % of the instruction counts are equal"],
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
  const program = value("--program")
  const json = value("--json")
  const log = Number(value("--log") ?? 1)
  const brief = args.includes("--brief")
  const check = args.includes("--check")
  return { list, program, json, log, brief, check, file: args.find(arg => !arg.startsWith("--")) }
}
