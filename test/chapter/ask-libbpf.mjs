// Asks libbpf what it makes of section names, and writes sections.tsv: name, errno, program type, attach type.
//
//   node ask-libbpf.mjs INCLUDE LIBBPF.A    a libbpf built elsewhere, by its folder of headers (bpf/libbpf.h) and its archive
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { SECTIONS } from "../../dist/catalog/index.js"

const path = name => fileURLToPath(new URL(name, import.meta.url))
const [include, archive] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), "skep-sections-"))
try {
  const oracle = join(scratch, "oracle")
  execFileSync("cc", ["-O1", `-I${include}`, "-o", oracle, path("section-names.c"), archive, "-lelf", "-lz"])
  // Each name alone, with a target, with an empty one, and with a letter too many.
  const names = SECTIONS.flatMap(({ section }) => [
    section,
    `${section}/target`,
    `${section}/`,
    `${section}x`,
  ])
  const strange = [
    "",
    "?xdp",
    "?",
    "tp",
    "nosuch",
    "nosuch/target",
    "/xdp",
    "XDP",
    "xdp.frags/devmap/x",
    "kprobe.multi",
  ]
  const asked = [...new Set([...names, ...strange])].sort()
  const answers = execFileSync(oracle, { input: `${asked.join("\n")}\n`, encoding: "utf8" })
  writeFileSync(path("sections.tsv"), answers)
  console.log(`${readFileSync(path("sections.tsv"), "utf8").split("\n").length - 1} names`)
} finally {
  rmSync(scratch, { recursive: true })
}
