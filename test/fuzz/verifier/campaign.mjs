// Random programs of several types, verified here and by a Linux 6.12 guest: verdict, errno, last message and walked
// instructions are compared. By hand, after npm run build:
//   node test/fuzz/verifier/campaign.mjs [COUNT] [SEED] [--show N] [--reuse] [--capabilities LIST]
//   node test/fuzz/verifier/campaign.mjs --logs SEED,SEED…
// --capabilities loads them with these alone (bpf,net_admin …, or none): programs of types that may not be loaded so are left out.
// --reuse compares with the answers of the last run; --show prints N programs of each kind of difference; --logs asks for
// whole logs of some programs, and prints where ours leave them.
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { missingToLoad } from "../../../dist/catalog/index.js"
import { loadBuiltinProfile } from "../../../dist/profile/node.js"
import { verifyProgram } from "../../../dist/verifier/index.js"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { lastLine } from "../../verifier/last-line.mjs"
import { bytesOf, caseOf, programOf } from "./cases.mjs"

const { values, positionals } = parseArgs({
  options: {
    show: { type: "string", default: "1" },
    reuse: { type: "boolean" },
    logs: { type: "string" },
    capabilities: { type: "string" },
  },
  allowPositionals: true,
})
const [count = 20_000, seed = 1] = positionals.map(Number)
const here = fileURLToPath(new URL(".", import.meta.url))
const folder = fileURLToPath(new URL("../../../.cache/verifier-fuzz", import.meta.url))
const SECONDS = 5400
/** Longer walks keep a guest without hardware support busy for minutes: they are left out, and counted. */
const PATIENCE = 20_000
/** Their numbers in the kernel. */
const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_PERFMON: 38, CAP_BPF: 39 }

const held = values.capabilities
  ?.split(",")
  .flatMap(name => (name === "none" ? [] : `CAP_${name.toUpperCase()}`))
const capabilities = held && new Set(held)
const profile = await loadBuiltinProfile("6.12")
const kernel = { release: "6.12", btf: profile.btf(), cpus: 2, config: name => profile.config(name) === "y" }
const tally = new Map()
const cases = (
  values.logs
    ? values.logs.split(",").map(seed => caseOf(Number(seed)))
    : Array.from({ length: count }, (_, index) => caseOf(seed + index))
).filter(one => mayLoad(one.type.name) && isShort(one))
if (!values.reuse) await askKernel()
const answers = readAnswers()

if (values.logs) {
  compareLogs()
  process.exit()
}

const examples = new Map()
cases.forEach((one, index) => {
  const answer = answers[index]
  if (answer === undefined) throw new Error(`the kernel stopped answering after ${index} programs`)
  count1("programs")
  count1(answer.errno === 0 ? "accepted by the kernel" : "refused by the kernel")
  const result = verify(one, answer.errno === 0 ? 0 : capabilities ? 2 : 1)
  const kind = difference(answer, result)
  if (kind === undefined) return
  count1(kind)
  const shown = examples.get(kind) ?? []
  if (shown.length < Number(values.show)) shown.push([one, answer, result])
  examples.set(kind, shown)
})
for (const [kind, shown] of examples) for (const example of shown) show(kind, example)
for (const [what, times] of [...tally].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${String(times).padStart(7)}  ${what}`)
process.exitCode = tally.has("DIFFERENT: accepted here, refused there") ? 1 : 0

function mayLoad(programType) {
  if (!capabilities) return true
  return (
    missingToLoad({ programType, release: "6.12", capabilities, unprivilegedDisabled: false }).length === 0
  )
}

function isShort(one) {
  if (verify(one).stats.processed <= PATIENCE) return true
  count1(`left out: more than ${PATIENCE} instructions walked`)
  return false
}

/** Bits of what the loader keeps. */
function mask() {
  return held ? `${held.reduce((bits, name) => bits | (1n << BigInt(CAPABILITIES[name])), 0n)}` : ""
}

function count1(what) {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

function verify(one, logLevel = 0) {
  try {
    const result = verifyProgram(programOf(one), kernel, { logLevel, capabilities, patience: PATIENCE })
    return { ...result, errno: Math.abs(result.errno) }
  } catch (error) {
    return { verdict: "crash", message: error.stack, errno: 0, log: "", stats: { processed: 0 } }
  }
}

function difference(answer, { verdict, errno, log, stats }) {
  const isAccepted = answer.errno === 0
  if (verdict === "crash") return "DIFFERENT: crash"
  if (verdict === "unsupported") return "unsupported"
  if (verdict === "accept" && !isAccepted) return "DIFFERENT: accepted here, refused there"
  if (verdict === "reject" && isAccepted) return "DIFFERENT: refused here, accepted there"
  if (errno !== answer.errno) return "DIFFERENT: errno"
  if (!isAccepted && lastLine(log) !== answer.message) return "DIFFERENT: message"
  if (stats.processed !== answer.processed) return "DIFFERENT: processed"
  return undefined
}

function show(kind, [one, answer, result]) {
  console.log(`\n== ${kind}: seed ${one.seed}, ${one.type.name}`)
  console.log(`kernel: ${answer.errno} ${answer.processed} ${answer.message}`)
  console.log(`here:   ${result.errno} ${result.stats.processed} ${lastLine(result.log) ?? result.message}`)
  console.log(one.text)
}

async function askKernel() {
  mkdirSync(folder, { recursive: true })
  const [loader, programs] = [join(folder, "loader"), join(folder, "programs")]
  execFileSync("cc", ["-static", "-O1", "-Wall", "-o", loader, join(here, "loader.c")])
  writeFileSync(programs, bytesOf(cases))
  await runInGuest({
    kernel: kernelPackage("6.12").image,
    script: [
      "echo 0 >/proc/sys/kernel/unprivileged_bpf_disabled",
      `/loader /programs /tmp/out/answers.tsv ${values.logs ? "/tmp/out/logs" : "-"} ${mask()}\n`,
    ].join("\n"),
    files: { loader, programs },
    results: join(folder, "results"),
    seconds: SECONDS,
  })
}

function compareLogs() {
  const logs = readFileSync(join(folder, "results/logs"), "utf8").split("===\n").slice(1)
  cases.forEach((one, index) => {
    const theirs = linesOf(logs[index])
    const ours = linesOf(verify(one, 2).log)
    const at = theirs.findIndex(
      (line, at) => line !== ours[at] && !/^(verification time|stack depth)/.test(line),
    )
    console.log(`\n== seed ${one.seed}, ${one.type.name}: ${at < 0 ? "equal" : `line ${at + 1}`}`)
    if (at < 0) return
    console.log(theirs.slice(Math.max(at - 25, 0), at).join("\n"))
    console.log(`kernel: ${theirs.slice(at, at + 3).join("\n        ")}`)
    console.log(`here:   ${ours.slice(at, at + 3).join("\n        ")}`)
  })
}

/** Without addresses of maps, which differ. */
function linesOf(log) {
  return log
    .trimEnd()
    .replace(/= 0xff[0-9a-f]{14} */g, "= a map ")
    .split("\n")
}

function readAnswers() {
  const text = readFileSync(join(folder, "results/answers.tsv"), "utf8")
  return text
    .trimEnd()
    .split("\n")
    .map(line => {
      const [errno, processed, message = ""] = line.split("\t")
      return { errno: Number(errno), processed: Number(processed), message }
    })
}
