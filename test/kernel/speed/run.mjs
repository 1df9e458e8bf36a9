#!/usr/bin/env node
// Compares Skep with libbpf in one guest and run: time to load the hello exhibit, ring buffer records a second.
//   npm run build && node test/kernel/speed/run.mjs [6.1|6.12]
// Needs qemu-system-x86, busybox-static, clang-19, gcc and a static libbpf (libbpf-dev, libelf-dev, zlib1g-dev).
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../../scripts/kernel-guest/kernel-package.mjs"
import { packageFiles } from "../../../scripts/kernel-guest/package-files.mjs"
import { programFiles } from "../../../scripts/kernel-guest/programs.mjs"
import { compile } from "../../../scripts/objects/compile.mjs"

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, "../../..")
const built = join(root, ".cache/kernel-speed")
const release = process.argv[2] ?? "6.12"
const [TIMES, SECONDS] = [41, 10]

mkdirSync(built, { recursive: true })
compile(join(here, "speed.bpf.c"), join(built, "speed.bpf.o"))
const gcc = (name, ...libraries) =>
  execFileSync("gcc", ["-O2", "-static", join(here, `${name}.c`), "-o", join(built, name), ...libraries], {
    stdio: ["ignore", "inherit", "ignore"],
  })
gcc("reader", "-lbpf", "-lelf", "-lz")
gcc("generator")

const hello = "/skep/exhibits/hello/program.bpf.o"
const results = join(built, release)
const files = { ...programFiles(process.execPath), ...packageFiles() }
for (const name of ["reader", "generator", "speed.bpf.o"]) files[`skep/speed/${name}`] = join(built, name)
files["skep/speed/skep.mjs"] = join(here, "skep.mjs")
const script = `cd /skep/speed
./reader load ${hello} ${TIMES} 2>/dev/null
node skep.mjs load ${hello} ${TIMES}
./reader read speed.bpf.o ${SECONDS} ./generator 2>/dev/null
node skep.mjs read speed.bpf.o ${SECONDS} ./generator
./reader read speed.bpf.o ${SECONDS} ./generator 2>/dev/null
`
await runInGuest({ kernel: kernelPackage(release).image, script, files, results, seconds: 200 })
const errors = readFileSync(join(results, "stderr"), "utf8")
if (errors !== "") console.error(errors)
const [libbpfLoad, skepLoad, libbpfRead, skepRead, libbpfAgain] = readFileSync(
  join(results, "stdout"),
  "utf8",
)
  .trim()
  .split("\n")
  .map(line => JSON.parse(line))
const best = Math.max(libbpfRead.perSecond, libbpfAgain.perSecond)
console.log(`Linux ${release}, one guest`)
console.log(
  `load hello: libbpf ${libbpfLoad.median} ms, Skep ${skepLoad.median} ms (first ${skepLoad.first} ms)`,
)
console.log(`  ${(skepLoad.median / libbpfLoad.median).toFixed(2)} x`)
console.log(`ring buffer records a second: libbpf ${best}, Skep ${skepRead.perSecond}`)
console.log(`  ${(skepRead.perSecond / best).toFixed(2)} x`)
