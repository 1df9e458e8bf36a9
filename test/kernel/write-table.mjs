#!/usr/bin/env node
// Writes docs/kernels.md from the tables that the last runs of the suites left in .cache/kernel-results:
//   npm run test:kernel && npx vitest run test/attach-styles.test.ts && node test/kernel/write-table.mjs
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { PROGRAM_TYPES } from "../../dist/catalog/index.js"

const root = fileURLToPath(new URL("../..", import.meta.url))
const results = join(root, ".cache/kernel-results")
/** Columns, by the folders that their runs left. */
const EMBEDDED = { "embedded-6.1": "embedded 6.1", "embedded-6.12": "embedded 6.12" }
const LINUX = { 6.1: "Linux 6.1", 6.12: "Linux 6.12", reference: "reference kernel" }
const COLUMNS = Object.entries({ ...EMBEDDED, ...LINUX })
const missingRuns = COLUMNS.filter(([folder]) => !existsSync(join(results, folder, "table")))
if (missingRuns.length > 0) {
  console.error(`no run is left of ${missingRuns.map(([, heading]) => heading).join(", ")}`)
  process.exit(1)
}
const rows = COLUMNS.flatMap(([folder]) =>
  readFileSync(join(results, folder, "table"), "utf8")
    .trim()
    .split("\n")
    .map(line => ({ ...JSON.parse(line), folder })),
)

const order = new Map(PROGRAM_TYPES.map((row, index) => [row.name, index]))
const keys = [...new Set(rows.map(row => `${row.programType}\t${row.style}`))].sort(
  (a, b) => (order.get(a.split("\t")[0]) ?? 99) - (order.get(b.split("\t")[0]) ?? 99) || (a < b ? -1 : 1),
)
const notes = []
const noted = (errno, reason) => {
  const note = `${errno}: ${reason}`
  if (!notes.includes(note)) notes.push(note)
  return `${errno} (${notes.indexOf(note) + 1})`
}
const cell = (key, folder) => {
  const row = rows.findLast(row => `${row.programType}\t${row.style}` === key && row.folder === folder)
  if (!row) return "not tried"
  return row.outcome === "works" ? "works" : noted(row.outcome.errno, row.outcome.reason)
}
const lines = keys.map(key => {
  const [type, style] = key.split("\t")
  return `| ${type} | ${style} | ${COLUMNS.map(([folder]) => cell(key, folder)).join(" | ")} |`
})
const headings = COLUMNS.map(([, heading]) => heading).join(" | ")
const rule = COLUMNS.map(() => "---").join(" | ")
const missing = PROGRAM_TYPES.filter(type => !keys.some(key => key.startsWith(`${type.name}\t`)))
const text = `# Kernels

Each way to attach a program, tried by the same tests on the embedded kernel and on real ones (\`test/kernel/suite/styles\`): loaded,
attached, its event seen and, where its return value decides, decided; detached, the event seen no more. What the embedded
kernel has no tests of (ways of older kernels, probes at instructions, human interface devices) is not tried there. Written by \`npm run test:kernel && npx vitest run
test/attach-styles.test.ts && node test/kernel/write-table.mjs\`, from Debian's cloud kernels and a reference kernel, under QEMU.
The embedded kernels have what Debian's have, but for infrared receivers, with which they are built for that row.

The reference kernel is Linux 6.12 with what Debian leaves out: infrared receivers, schedulers, human interface devices,
errors injected into functions. \`node test/kernel/build-reference.mjs\` builds it once, by hand: from Debian's
\`linux-source-6.12\`, with the options in \`test/kernel/reference.config\`, everything built in, into
\`.cache/kernels/reference\`. It names the Debian packages that it misses. On two processors with other work it took 30
minutes (23 of processor time), and 3 GiB beside the image of 5.8 MiB. \`npm run test:kernel -- --release reference\` runs
the suite on it alone; without the kernel its part of the suite is skipped.

| program type | attach style | ${headings} |
| --- | --- | ${rule} |
${lines.join("\n")}

${notes.map((note, index) => `${index + 1}. ${note}`).join("\n")}
${missing.length > 0 ? `\nNot tried: ${missing.map(type => type.name).join(", ")}.\n` : ""}`
writeFileSync(join(root, "docs/kernels.md"), text + exhibits())
console.log(`${keys.length} rows; types without one: ${missing.map(type => type.name).join(", ") || "none"}`)

/** Each exhibit on each kernel: on the embedded ones it runs now, on others it ran in the guest. */
function exhibits() {
  const columns = [
    ...Object.keys(EMBEDDED).map(folder => onEmbedded(folder.replace("embedded-", ""))),
    ...Object.keys(LINUX).map(inGuest),
  ]
  const [first] = columns
  const rows = [...first.keys()].map(name => {
    const cells = columns.map(outcomes => outcomes.get(name)?.text ?? "not tried")
    return `| [${name}](../exhibits/${name}/README.md) | ${first.get(name).types} | ${cells.join(" | ")} |`
  })
  return `
## Exhibits

Example programs with a scenario and what is to be seen: "works" where it was seen. \`skep exhibit run NAME\` runs one.

| exhibit | program types | ${headings} |
| --- | --- | ${rule} |
${rows.join("\n")}
`
}

/** By the exhibit's name: "works", or why not. */
function onEmbedded(release) {
  const skep = (...args) => {
    const { stdout } = spawnSync(
      process.execPath,
      [join(root, "bin/skep.js"), "exhibit", ...args, "--json"],
      {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    )
    return JSON.parse(stdout)
  }
  const types = new Map(skep("list").map(({ name, types }) => [name, types.join(", ")]))
  return new Map(
    skep("run", "--release", release).map(({ name, outcome, missing }) => [
      name,
      {
        types: types.get(name),
        text: outcome === "as expected" ? "works" : (missing ?? "shows something else"),
      },
    ]),
  )
}

function inGuest(release) {
  const line = /^exhibits > (\S+) (shows what it says|is refused: (.*))$/
  return new Map(
    readFileSync(join(results, release, "tests"), "utf8")
      .split("\n")
      .filter(text => text !== "")
      .flatMap(text => {
        const { name, error, skipped } = JSON.parse(text)
        const [, exhibit, , refused] = line.exec(name) ?? []
        if (exhibit === undefined) return []
        return [[exhibit, { text: error ? "shows something else" : (skipped ?? refused ?? "works") }]]
      }),
  )
}
