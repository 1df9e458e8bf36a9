#!/usr/bin/env node
// Records what 64-bit ARM kernels say and show: boots Debian's under QEMU, where `skep/linux` loads and attaches, and writes
// golden/<name>.json beside this file. Needs qemu-system-arm, cpio, apt, npm (for Node and koffi for that machine) and a
// build. With names as arguments ("6.12-arm64"), only those; with --exhibits=NAME,NAME only runs these exhibits there.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { nodeFiles } from "../../scripts/kernel-guest/foreign-node.mjs"
import { runInGuest } from "../../scripts/kernel-guest/guest.mjs"
import { architectureOf, kernelPackage } from "../../scripts/kernel-guest/kernel-package.mjs"
import { packageFiles } from "../../scripts/kernel-guest/package-files.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const programs = join(here, "programs")
const exhibits = process.argv.find(word => word.startsWith("--exhibits="))?.slice("--exhibits=".length)
const wanted = process.argv.slice(2).filter(word => !word.startsWith("--"))

const SCRIPT = exhibits
  ? exhibits
      .split(",")
      .map(name => `node /skep/bin/skep.js exhibit run ${name} --linux --json`)
      .join("\n")
  : "node /guest/guest.mjs"

for (const name of wanted.length > 0 ? wanted : ["6.1-arm64", "6.12-arm64"]) {
  const kernel = kernelPackage(name)
  const architecture = architectureOf(name)
  const results = join(kernel.folder, "recorded")
  const files = { ...packageFiles(), ...nodeFiles(architecture), "guest/guest.mjs": join(here, "guest.mjs") }
  // What reads the TypeScript of exhibits.
  for (const name of ["sucrase", "lines-and-columns", "ts-interface-checker", "@jridgewell"])
    files[`skep/node_modules/${name}`] = join(here, "../../node_modules", name)
  for (const object of readdirSync(programs).filter(file => file.endsWith(".bpf.o")))
    files[`guest/${object}`] = join(programs, object)
  console.log(`${name}: booting ${kernel.version}`)
  await runInGuest({ kernel: kernel.image, architecture, script: SCRIPT, files, results, seconds: 900 })
  console.log(readFileSync(join(results, "stderr"), "utf8"))
  if (exhibits) {
    console.log(readFileSync(join(results, "stdout"), "utf8"))
    continue
  }
  mkdirSync(join(here, "golden"), { recursive: true })
  const file = join(here, "golden", `${name}.json`)
  writeFileSync(file, readFileSync(join(results, "seen.json"), "utf8").trimEnd().concat("\n"))
  console.log(`${name}: ${file}`)
}
