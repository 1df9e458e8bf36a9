// Asks a Linux guest what it says of every program of the kernel's selftests.
//   npm run build && node test/verifier/record/record.mjs [--release 6.1|6.12] [--capabilities LIST] [--skep] [FILE-PATTERN]
// With --skep the guest loads with Skep's loader in place of libbpf's (load-with-skep.mjs says what is left out).
// Leaves answers.tsv and logs in .cache/verifier/RELEASE/results; `distil.mjs` makes the tables from such answers.
// LIST says with which capabilities programs are loaded: none, or names like bpf,net_admin. Then the verifier's own tests
// are asked for, and answers go to RELEASE-LIST/results.
// The verifier's own tests (verifier_*.c) are compiled here, the other programs come from test/selftests
// (open-selftests.mjs compiles them).
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { readObject } from "../../../dist/object/index.js"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { packageFiles } from "../../../scripts/kernel-guest/package-files.mjs"
import { programFiles } from "../../../scripts/kernel-guest/programs.mjs"
import { cache, prepare } from "../../selftests/prepare.mjs"
import { readOracle, TABLES } from "../oracle.mjs"
import { flagsOf } from "../tags.mjs"
import { targetOf } from "../targets.mjs"

/** The load flags that each release knows; with others it refuses without a word. */
const KNOWN_FLAGS = { 6.1: 0x3f, 6.12: 0xff }

/** 6.1 compares every state of this loop with all before it: it takes hours. */
const TOO_LONG = { 6.1: ["short_loop1"], 6.12: [] }
/** Loops and iterators that are walked a million steps when what a processor may run ahead on is walked too: minutes each. */
const TOO_LONG_AHEAD = new Set([
  ...[
    "null_pointer",
    "bits_copy",
    "bits_memalloc",
    "bits_too_big",
    "fewer_words",
    "zero_words",
    "huge_words",
  ],
  ...["crossing_64_bit_signed_boundary_1", "bound_greater_than_u32_max", "crossing_32_bit_signed_boundary_1"],
  ...["back_jump_to_1st_insn_2", "jump_to_1st_insn_2"],
])

/** An earlier kernel is asked of what 6.12 answered for without walking longer: it may need far more. */
const MOST_STEPS = 20_000

/** Where the package is, as from here. */
const IN_GUEST = "/skep/test/verifier/record/load-with-skep.mjs"

const args = process.argv.slice(2)
const option = name => {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args.splice(at, 2)[1]
}
const release = option("--release") ?? "6.12"
const capabilities = option("--capabilities")
const withSkep = args.includes("--skep") && args.splice(args.indexOf("--skep"), 1).length > 0
const here = fileURLToPath(new URL(".", import.meta.url))
const folder = join(cache, "../verifier", capabilities ? `${release}-${capabilities}` : release)
const asksOthers = release === "6.12" && capabilities === undefined
const pattern = new RegExp(args[0] ?? (asksOthers ? "^(?!verifier_)" : "^verifier_"))
const { include } = prepare()

mkdirSync(folder, { recursive: true })
const files = withSkep ? skepLoader() : libbpfLoader()

const known = new Map(TABLES["6.12"].flatMap(table => [...readOracle(table)]))
const list = []
for (const objects of [join(cache, "verifier"), join(cache, "objects")]) {
  for (const name of existsSync(objects) ? readdirSync(objects).sort() : []) {
    if (!name.endsWith(".bpf.o") || !pattern.test(name) || files[`objects/${name}`]) continue
    const path = join(objects, name)
    const object = open(path, name)
    if (!object) continue
    files[`objects/${name}`] = path
    for (const program of object.programs) {
      if (TOO_LONG[release].includes(program.name)) continue
      if (
        release !== "6.12" &&
        !((known.get(`${name} ${program.name}`)?.processed ?? Infinity) <= MOST_STEPS)
      )
        continue
      if (release === "6.12" && capabilities?.includes("bpf") && TOO_LONG_AHEAD.has(program.name)) continue
      const target = targetOf(name, program)
      if (target) files[`objects/${target.object}`] = join(objects, target.object)
      const behind = target ? ` ${target.object} ${target.program}` : ""
      list.push(`${name} ${program.name} ${flagsOf(object, program) & KNOWN_FLAGS[release]}${behind}`)
    }
  }
}
console.log(
  `${list.length} programs of ${Object.keys(files).filter(path => path.startsWith("objects/")).length} objects`,
)
writeFileSync(join(folder, "list"), `${list.join("\n")}\n`)
files.list = join(folder, "list")
const kernel = kernelPackage(release)
// Where libbpf looks for what the kernel was configured with.
files[`boot/config-${kernel.version}`] = kernel.config
await runInGuest({
  kernel: kernel.image,
  script: [
    "ulimit -n 65536; ulimit -l unlimited; cd /objects",
    "export LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu",
    "echo 0 >/proc/sys/kernel/unprivileged_bpf_disabled",
    `timeout -s KILL 6900 ${withSkep ? `node ${IN_GUEST}` : "/loader"} /list /tmp/out/answers.tsv /tmp/out/logs ${capabilities ?? ""}\n`,
  ].join("\n"),
  files,
  results: join(folder, "results"),
  seconds: 7000,
})

function libbpfLoader() {
  const loader = join(folder, "loader")
  const library = join(include, "..", "libbpf.a")
  const flags = ["-static", "-O1", "-Wl,--wrap=syscall", `-I${include}`, "-o", loader, join(here, "loader.c")]
  execFileSync("cc", [...flags, library, "-lelf", "-lz"])
  return { loader }
}

function skepLoader() {
  return {
    ...programFiles(process.execPath),
    ...packageFiles(),
    [IN_GUEST.slice(1)]: join(here, "load-with-skep.mjs"),
  }
}

function open(path, name) {
  try {
    return readObject(readFileSync(path), { name })
  } catch (error) {
    console.error(`not opened: ${name}: ${error.message}`)
    return undefined
  }
}
