// Asks libbpf, in a virtual machine, what it makes of every case, and writes golden/libbpf-VERSION.json.
//
//   node ask-libbpf.mjs                     the system's libbpf (Debian: libbpf-dev, libelf-dev, zlib1g-dev)
//   node ask-libbpf.mjs INCLUDE LIBBPF.A    one built elsewhere, by its folder of headers and its archive
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../scripts/kernel-guest/kernel-package.mjs"

const path = name => fileURLToPath(new URL(name, import.meta.url))
const [include, archive] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), "skep-core-oracle-"))
try {
  const oracle = join(scratch, "oracle")
  const libraries = [archive ?? "-lbpf", "-lelf", "-lz"]
  execFileSync("cc", [
    "-O1",
    "-static",
    ...(include ? [`-I${include}`] : []),
    "-o",
    oracle,
    path("oracle.c"),
    ...libraries,
  ])
  const names = readdirSync(path("objects"))
    .filter(file => file.endsWith(".bpf.o"))
    .map(file => file.slice(0, -".bpf.o".length))
  const results = join(scratch, "results")
  await runInGuest({
    kernel: kernelPackage("6.12").image,
    files: { "guest/objects": path("objects"), "guest/oracle": oracle },
    results,
    script: `for name in ${names.join(" ")}
do /guest/oracle "/guest/objects/$name.bpf.o" "/guest/objects/$name.target.btf" || echo '{"crash":'$?'}'
done
`,
    seconds: 600,
  })
  const answers = readFileSync(join(results, "stdout"), "utf8").trim().split("\n")
  if (answers.length !== names.length) throw new Error(`${names.length} questions, ${answers.length} answers`)
  const version = versionOf(include ?? "/usr/include")
  const golden = {
    libbpf: version,
    cases: Object.fromEntries(names.map((name, i) => [name, JSON.parse(answers[i])])),
  }
  mkdirSync(path("golden"), { recursive: true })
  writeFileSync(path(`golden/libbpf-${version}.json`), `${JSON.stringify(golden, undefined, 1)}\n`)
  console.log(`libbpf ${version}: ${names.length} answers`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function versionOf(folder) {
  const header = readFileSync(join(folder, "bpf/libbpf_version.h"), "utf8")
  return ["MAJOR", "MINOR"].map(part => new RegExp(`LIBBPF_${part}_VERSION (\\d+)`).exec(header)[1]).join(".")
}
