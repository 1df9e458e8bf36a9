// Asks a Linux 6.12 guest what it says of every program of the kernel's selftests that other tests leave out.
//   npm run build && node test/verifier/record/record.mjs [FILE-PATTERN]
// Leaves answers.tsv and logs in .cache/verifier/results; `distil.mjs` makes the table from such answers.
// Programs come from test/selftests (open-selftests.mjs compiles them).
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { readObject } from "../../../dist/object/index.js"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { cache, prepare } from "../../selftests/prepare.mjs"
import { flagsOf } from "../tags.mjs"
import { targetOf } from "../targets.mjs"

const here = fileURLToPath(new URL(".", import.meta.url))
const folder = join(cache, "../verifier")
const pattern = new RegExp(process.argv[2] ?? "^(?!verifier_)")
const objects = join(cache, "objects")
const { include } = prepare()

mkdirSync(folder, { recursive: true })
const loader = join(folder, "loader")
const library = join(include, "..", "libbpf.a")
const flags = ["-static", "-O1", `-I${include}`, "-o", loader, join(here, "loader.c")]
execFileSync("cc", [...flags, library, "-lelf", "-lz"])

const list = []
const files = { loader }
for (const name of readdirSync(objects).sort()) {
  if (!name.endsWith(".bpf.o") || !pattern.test(name)) continue
  const path = join(objects, name)
  const object = open(path, name)
  if (!object) continue
  files[`objects/${name}`] = path
  for (const program of object.programs) {
    const target = targetOf(name, program)
    if (target) files[`objects/${target.object}`] = join(objects, target.object)
    const behind = target ? ` ${target.object} ${target.program}` : ""
    list.push(`${name} ${program.name} ${flagsOf(object, program)}${behind}`)
  }
}
console.log(`${list.length} programs of ${Object.keys(files).length - 1} objects`)
writeFileSync(join(folder, "list"), `${list.join("\n")}\n`)
files.list = join(folder, "list")
const kernel = kernelPackage("6.12")
// Where libbpf looks for what the kernel was configured with.
files[`boot/config-${kernel.version}`] = kernel.config
await runInGuest({
  kernel: kernel.image,
  script:
    "ulimit -n 65536; ulimit -l unlimited; cd /objects\ntimeout -s KILL 6900 /loader /list /tmp/out/answers.tsv /tmp/out/logs\n",
  files,
  results: join(folder, "results"),
  seconds: 7000,
})

function open(path, name) {
  try {
    return readObject(readFileSync(path), { name })
  } catch (error) {
    console.error(`not opened: ${name}: ${error.message}`)
    return undefined
  }
}
