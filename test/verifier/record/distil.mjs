// Makes a table of test/verifier from what guests answered: node test/verifier/record/distil.mjs TABLE ANSWERS.tsv…
// Programs that never reached the kernel are left out, with their reasons counted.
import { readFileSync, writeFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { programType } from "../../../dist/catalog/index.js"

const rows = new Map()
const reasons = new Map()
const [table, ...answers] = process.argv.slice(2)
for (const file of answers) {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue
    const [object, program, type, attach, flags, errno, processed, message] = line.split("\t")
    if (type === "-" || attach === undefined) {
      const reason = (attach ?? type ?? "").replace(/'[^']*'|\d+|\/\S+/g, "…")
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      continue
    }
    // The program itself was loaded, and what libbpf did next with its object failed.
    if (errno !== "0" && /^\d+: |^from \d+ to /.test(message)) {
      reasons.set("failed behind the verifier", (reasons.get("failed behind the verifier") ?? 0) + 1)
      continue
    }
    // The log did not fit, which is what the kernel then answers.
    if (errno === "-28") {
      reasons.set("a log that is too long", (reasons.get("a log that is too long") ?? 0) + 1)
      continue
    }
    const said = asKernelSays(message ?? "").trimEnd()
    rows.set(
      `${object} ${program}`,
      [object, program, programType(Number(type)).name, attach, flags, errno, processed, said].join("\t"),
    )
  }
}
const head = "object\tprogram\ttype\tattach\tflags\terrno\tprocessed\tmessage"
const text = `${[head, ...[...rows.values()].sort()].join("\n")}\n`
writeFileSync(new URL(`../${table}`, import.meta.url), gzipSync(text, { level: 9 }))
console.log(`${rows.size} programs`)
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]))
  console.log(`left out ${count}: ${reason}`)

/** libbpf replaces what kernels say of calls that it put in place of what it could not relocate. */
function asKernelSays(message) {
  if (/^failed to resolve CO-RE relocation/.test(message)) return "invalid func unknown#195896080"
  if (/^kfunc '.*' is referenced but wasn't resolved/.test(message)) return "invalid func unknown#2002…"
  return message
}
