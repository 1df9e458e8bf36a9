#!/usr/bin/env node
// npm run test:kernel [-- --release 6.1|6.12|reference] [-t PATTERN]: the suite of this folder inside QEMU guests.
// What a run left (results, standard error, the table of attachments) lies in .cache/kernel-results/RELEASE.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: {
    release: { type: "string", multiple: true },
    pattern: { type: "string", short: "t" },
  },
})
const env = { ...process.env }
if (values.release) env.SKEP_RELEASE = values.release.join(",")
if (values.pattern) env.SKEP_PATTERN = values.pattern
const root = fileURLToPath(new URL("../..", import.meta.url))
const { status } = spawnSync("npx", ["vitest", "run", "test/kernel"], { cwd: root, env, stdio: "inherit" })
process.exitCode = status ?? 1
