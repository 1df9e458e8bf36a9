// How refusals of the kernel's own verifier tests are explained.
//   npm run build && node test/verifier/explanations.mjs [FILE-PATTERN] [--show RULE|all] [--unprivileged] [--check]
// An explanation is particular when a rule is named, it says how to mend the program, and it knows more than the
// kernel's message does. With --check it fails below what has been reached.
import { limitedTable } from "./oracle.mjs"
import { loadPrograms } from "./programs.mjs"

const args = process.argv.slice(2)
const at = args.indexOf("--show")
const shown = at < 0 ? undefined : args.splice(at, 2)[1]
const pattern = args.find(arg => !arg.startsWith("--"))
const rules = new Map()
let refused = 0
let particular = 0
let chained = 0

const asked = args.includes("--unprivileged") ? ["6.12", limitedTable("6.12", "none"), "none"] : []
for await (const { file, program, verify } of loadPrograms(pattern, ...asked)) {
  const result = verify(0, true)
  if (result.verdict !== "reject") continue
  refused++
  const { explanation, message, instruction } = result
  const rule = explanation.rule ?? "none"
  const isParticular = rule !== "none" && explanation.fix !== undefined && explanation.known !== message
  if (isParticular) particular++
  if (explanation.chain.length > 0) chained++
  const row = rules.get(rule) ?? { refused: 0, particular: 0 }
  rules.set(rule, { refused: row.refused + 1, particular: row.particular + (isParticular ? 1 : 0) })
  if (shown === "all" || shown === rule) show(file, program, message, instruction, explanation)
}

for (const [rule, row] of [...rules].sort((a, b) => b[1].refused - a[1].refused))
  console.log(`${rule.padEnd(24)} ${String(row.refused).padStart(4)} refused, ${row.particular} explained`)
const share = particular / refused
console.log(
  `${particular} of ${refused} refusals (${Math.round(100 * share)} %) have an explanation of their own, ${chained} a chain`,
)
if (args.includes("--check") && share < 0.95) {
  console.error("fewer than 95 % of the refusals are explained")
  process.exitCode = 1
}

function show(file, program, message, instruction, { rule, what, known, needs, fix, since, chain }) {
  console.log(`\n${file} ${program.name} [${rule}] at ${instruction}: ${message}`)
  console.log(`  what   ${what}\n  known  ${known}\n  needs  ${needs}\n  fix    ${fix}`)
  if (since) console.log(`  since  ${since}`)
  for (const step of chain)
    console.log(
      `    ${step.instruction}: ${step.text}  (${step.does})  ${step.source?.line ?? ""} ${step.source?.text ?? ""}`,
    )
}
