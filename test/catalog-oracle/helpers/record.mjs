// Asks Debian's kernels, under QEMU, which program may call which helper and kfunc, and writes golden/*.json.
// Needs what scripts/capture-profiles needs, libbpf-dev and a build (`npm run build`); about 5 minutes a kernel.
//
//   node record.mjs [RELEASE …]
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { KFUNC_SETS } from "../../../dist/catalog/details.js"
import { HELPERS, KFUNCS } from "../../../dist/catalog/index.js"
import { loadBuiltinProfile } from "../../../dist/profile/node.js"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { argumentAnswers, argumentQuestions } from "./argument-questions.mjs"
import { distil } from "./distil.mjs"
import { kfuncSets, unpackModules } from "./kernel-image.mjs"
import { programs } from "./programs.mjs"

const path = name => fileURLToPath(new URL(name, import.meta.url))
const releases = process.argv.length > 2 ? process.argv.slice(2) : ["6.1", "6.12"]
const scratch = mkdtempSync(join(tmpdir(), "skep-callable-"))
try {
  for (const name of ["sweep", "arguments"])
    execFileSync("cc", [
      "-O1",
      "-static",
      "-o",
      join(scratch, name),
      path(`${name}.c`),
      "-lbpf",
      "-lelf",
      "-lz",
    ])
  mkdirSync(path("golden"), { recursive: true })
  for (const release of releases) await record(release)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function record(release) {
  const kernel = kernelPackage(release)
  const profile = await loadBuiltinProfile(release)
  const config = option => ["y", "m"].includes(profile.config(option))
  const sets = kfuncSets(kernel.image, profile.btf(), scratch)
  const kfuncs = [
    ...new Set([...KFUNCS.map(row => row.name), ...sets.flatMap(set => Object.keys(set.names))]),
  ]
  const asked = await programs(release)
  // Which LSM hook a program stands on makes no difference to kfuncs; nor do capabilities.
  const askedOfKfuncs = asked.filter(
    line =>
      !/^\S+~/.test(line) &&
      (!line.startsWith("lsm") || /@(file_open|task_free|socket_post_create)\b/.test(line)),
  )
  const questions = argumentQuestions(asked, release, config)
  const lines = questions.map(({ line }) => line)
  const input = { programs: asked, "kfunc-programs": askedOfKfuncs, kfuncs, questions: lines }
  for (const [name, lines] of Object.entries(input))
    writeFileSync(join(scratch, name), `${lines.join("\n")}\n`)
  const wanted = Object.values(KFUNC_SETS).flatMap(set => set.module ?? [])
  const modules = unpackModules(kernel.modules, wanted, scratch)
  const results = join(scratch, `results-${release}`)
  console.log(`${release}: ${asked.length} programs on ${kernel.version}`)
  await runInGuest({
    kernel: kernel.image,
    files: {
      "guest/sweep": join(scratch, "sweep"),
      "guest/arguments": join(scratch, "arguments"),
      ...Object.fromEntries(Object.keys(input).map(name => [`guest/${name}`, join(scratch, name)])),
      ...Object.fromEntries(modules.map(([name, file]) => [`guest/modules/${name}.ko`, file])),
    },
    script: `
echo 0 >/proc/sys/kernel/unprivileged_bpf_disabled
${modules.map(([name]) => `insmod /guest/modules/${name}.ko`).join("\n")}
/guest/arguments </guest/questions >/tmp/out/arguments
/guest/sweep helpers ${HELPERS.length} </guest/programs >/tmp/out/helpers
/guest/sweep kfuncs /guest/kfuncs </guest/kfunc-programs >/tmp/out/kfuncs
`,
    results,
    seconds: 1800,
  })
  const answers = (name, names) => distil(readFileSync(join(results, name), "utf8"), names)
  const helpers = HELPERS.map(row => row.name.slice("bpf_".length))
  write(`helpers-${release}`, { kernel: kernel.version, ...answers("helpers", helpers) })
  const said = argumentAnswers(questions, readFileSync(join(results, "arguments"), "utf8"))
  write(`arguments-${release}`, { kernel: kernel.version, forms: said })
  write(`kfuncs-${release}`, { kernel: kernel.version, ...answers("kfuncs", kfuncs) })
  write(`kfunc-sets-${release}`, { kernel: kernel.version, sets })
}

function write(name, value) {
  writeFileSync(path(`golden/${name}.json`), `${JSON.stringify(value, undefined, 1)}\n`)
}
