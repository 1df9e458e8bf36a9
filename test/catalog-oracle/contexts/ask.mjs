#!/usr/bin/env node
// Asks Debian's 6.1 and 6.12 kernels, in a virtual machine, what their verifiers allow, and writes
// golden/*.json (about three minutes each). Needs gcc, qemu-system-x86, busybox-static, cpio and a build
// (`npm run build`). With release names as arguments, only those; with --only=contexts,returns,… only those
// questions.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { lines, QUESTIONS } from "./subjects.mjs"
import { GOLDENS } from "./write-golden.mjs"

const path = name => fileURLToPath(new URL(name, import.meta.url))
const named = process.argv.slice(2).filter(argument => !argument.startsWith("--"))
const only = process.argv
  .find(argument => argument.startsWith("--only="))
  ?.slice(7)
  .split(",")
const questions = Object.keys(QUESTIONS).filter(name => only === undefined || only.includes(name))
const WORKERS = 2

for (const release of named.length > 0 ? named : ["6.1", "6.12"]) {
  const scratch = mkdtempSync(join(tmpdir(), "skep-context-oracle-"))
  try {
    execFileSync("gcc", ["-O1", "-static", "-o", join(scratch, "sweep"), path("sweep.c")])
    const files = { "guest/sweep": join(scratch, "sweep") }
    const asked = {}
    for (const question of questions) {
      asked[question] = QUESTIONS[question](release)
      writeFileSync(join(scratch, question), lines(asked[question]))
      files[`guest/${question}`] = join(scratch, question)
    }
    const results = join(scratch, "results")
    const kernel = kernelPackage(release)
    console.log(`${release}: booting ${kernel.version}`)
    await boot({
      kernel: kernel.image,
      files,
      results,
      // Programs loaded without capabilities are part of the questions.
      script: questions
        .map(
          name => `echo ${name === "disabled" ? 2 : 0} >/proc/sys/kernel/unprivileged_bpf_disabled
time /guest/sweep ${name} /guest/${name} ${WORKERS} /tmp/out
`,
        )
        .join(""),
      seconds: 1500,
    })
    console.log(readFileSync(join(results, "stderr"), "utf8"))
    mkdirSync(path("golden"), { recursive: true })
    for (const question of questions) {
      const text = Array.from({ length: WORKERS }, (_, worker) =>
        readFileSync(join(results, `${question}.${worker}`), "utf8"),
      ).join("")
      const golden = GOLDENS[question](text, asked[question], kernel.version)
      const file = path(`golden/${question}-${release}.json`)
      writeFileSync(file, golden)
      console.log(`${release}: ${question}: ${asked[question].length} subjects, ${golden.length} bytes`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Under QEMU's emulation a boot dies now and then, when one processor runs code that another one patches. */
async function boot(guest) {
  for (let attempt = 1; ; attempt++)
    try {
      return await runInGuest(guest)
    } catch (error) {
      if (attempt === 3) throw error
      console.log(`boot failed, trying again: ${String(error).split("\n")[0]}`)
    }
}
