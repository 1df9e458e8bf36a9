// Compares whole logs with those of Linux 6.12: node test/verifier/compare-logs.mjs LOGS.jsonl [FILE-PATTERN] [--unprivileged]
// LOGS.jsonl has one object a line: object, program, mode, log. Addresses and BTF ids are left out.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { limitedTable } from "./oracle.mjs"
import { loadPrograms } from "./programs.mjs"

const args = process.argv.slice(2)
const [logFile, pattern] = args.filter(each => !each.startsWith("--"))
const isUnprivileged = args.includes("--unprivileged")
const asked = isUnprivileged ? ["6.12", limitedTable("6.12", "none"), "none"] : []
const logs = new Map(
  readFileSync(logFile, "utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line))
    .filter(each => each.mode === (isUnprivileged ? "unpriv" : "priv") && each.log)
    .map(each => [`${each.object} ${each.program}`, each.log]),
)
const differences = new Map()
let same = 0
let compared = 0
for await (const { file, program, verify } of loadPrograms(pattern, ...asked)) {
  const wanted = logs.get(`${basename(file)} ${program.name}`)
  if (!wanted) continue
  const level = wanted.startsWith("func#") ? 2 : 1
  const result = verify(level)
  if (!result || result.verdict === "unsupported") continue
  compared++
  // Some of the oracle's objects were loaded without BTF: those logs name no source.
  const named = /^; /m.test(wanted) || /^Global function/m.test(wanted)
  const ours = lines(result.log).filter(line => named || !/^(; |Global function|arg#)/.test(line))
  const theirs = lines(wanted)
  const at = theirs.findIndex((line, index) => line !== ours[index])
  if (at < 0 && ours.length === theirs.length) {
    same++
    continue
  }
  const place = at < 0 ? theirs.length : at
  const text = `${basename(file)} ${program.name} line ${place}\n   linux: ${theirs[place]}\n   skep:  ${ours[place]}`
  differences.set(`${file} ${program.name}`, text)
}
for (const text of differences.values()) console.log(text)
console.log(`${same} of ${compared} logs are the same`)

function lines(log) {
  return log
    .split("\n")
    .map(line =>
      line
        .replace(/0xffff[0-9a-f]{12}|0xff[0-9a-f]{14}/g, "ADDRESS")
        .replace(
          /(call bpf_(?:iter|path|task|arena|cgroup|cpumask|get_task_exe|put_file|lookup|key|rdonly|cast)[a-z_0-9]*#)\d+ *;?/,
          "$1ID",
        )
        .replace(/btf_id \d+/, "btf_id ID")
        .trim(),
    )
    .filter(line => line !== "" && !/^(verification time|stack depth)/.test(line))
}
