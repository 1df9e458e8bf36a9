import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../../scripts/kernel-guest/guest.mjs"
import { kernelPackage } from "../../scripts/kernel-guest/kernel-package.mjs"
import { packageFiles } from "../../scripts/kernel-guest/package-files.mjs"
import { programFiles } from "../../scripts/kernel-guest/programs.mjs"
import { type ComparedVerdict, compareVerdicts } from "./verdicts.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const suite = join(root, ".cache/kernel-suite")
const exhibits = join(root, ".cache/exhibits")
const PROGRAMS = ["bpftool", "ip", "setpriv", "strace", "tc"]
/** After these a guest is given up; the suite in it a little earlier, so that its results come back. */
const SECONDS = Number(process.env.SKEP_SECONDS ?? 2000)
/** What Node says of tests beside the pattern. */
const UNWANTED = "test name does not match pattern"
/** Modules of network devices and traffic control: the cloud kernels build them apart. None depends on another one. */
const MODULES = ["act_bpf", "cls_bpf", "cls_matchall", "nf_defrag_ipv4", "sch_ingress", "veth"]

/** One test that ran in a guest. */
export interface GuestTest {
  readonly name: string
  readonly milliseconds: number
  readonly error?: string
  readonly skipped?: string
}

export interface SuiteRun {
  readonly tests: readonly GuestTest[]
  /** Node's: 0 or 1 when it ran to its end, 137 when it took too long. */
  readonly status: number
  /** What the run wrote on standard error: warnings, and the reason when it broke off. */
  readonly errors: string
  /** What the kernel said to our objects, beside what `verify` says. */
  readonly verdicts: readonly ComparedVerdict[]
}

/** Compiles the suite, for all guests. */
export function buildKernelSuite(): void {
  mkdirSync(suite, { recursive: true })
  for (const project of ["test/kernel", "exhibits"])
    execFileSync("npx", ["tsc", "-p", join(root, project, "tsconfig.json")], { cwd: root, stdio: "inherit" })
}

/** Boots a kernel ("6.1", "6.12", "reference") under QEMU, runs the suite of this folder in it and gives the results. */
export async function runKernelSuite(release: string, pattern = ""): Promise<SuiteRun> {
  const results = join(root, ".cache/kernel-results", release)
  await runInGuest({
    kernel: kernelPackage(release).image,
    script: script(release, pattern),
    files: guestFiles(release),
    results,
    seconds: SECONDS,
  })
  const output = (name: string): string =>
    existsSync(join(results, name)) ? readFileSync(join(results, name), "utf8") : ""
  const tests = output("tests")
    .split("\n")
    .filter(line => line !== "")
    .map(line => JSON.parse(line) as GuestTest)
    .filter(({ skipped }) => skipped !== UNWANTED)
  // The reference kernel is built with other options than the one of the profile.
  const verdicts = release === "reference" ? [] : await compareVerdicts(release, results)
  return { tests, status: Number(output("status")), errors: output("stderr"), verdicts }
}

function guestFiles(release: string): Record<string, string> {
  return {
    ...moduleFiles(release),
    ...programFiles(process.execPath, ...PROGRAMS),
    ...packageFiles(),
    "skep/test/reporter.mjs": join(root, "test/kernel/reporter.mjs"),
    "skep/test/programs": join(root, "test/kernel/programs"),
    ...compiledObjects(),
    "skep/test/suite": suite,
    "skep/test/exhibits": exhibits,
    "skep/test/config": kernelPackage(release).config,
    ...targetFiles(),
  }
}

/** Every compiled object of this repository, for the verdicts on its programs. */
function compiledObjects(): Record<string, string> {
  const files: Record<string, string> = {}
  for (const folder of ["exhibits", "src", "test"])
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }))
      if (path.endsWith(".bpf.o")) files[`skep/test/objects/${folder}/${path}`] = join(root, folder, path)
  return files
}

/** The program that probes of user space are tried on: a static one, and a position-independent one with libc beside. */
function targetFiles(): Record<string, string> {
  const folder = join(root, ".cache/kernel-programs")
  mkdirSync(folder, { recursive: true })
  const build = (name: string, flag: string): string => {
    const target = join(folder, name)
    execFileSync("gcc", ["-O1", flag, "-o", target, join(root, "test/kernel/programs/target.c")])
    return target
  }
  return {
    "skep/test/target": build("target", "-static"),
    "skep/test/target-pie": build("target-pie", "-pie"),
  }
}

/** The guest's insmod reads no compressed modules. */
function moduleFiles(release: string): Record<string, string> {
  const { modules, folder } = kernelPackage(release)
  const unpacked = join(folder, "modules-unpacked")
  mkdirSync(unpacked, { recursive: true })
  const files: Record<string, string> = {}
  for (const path of readdirSync(modules, { recursive: true, encoding: "utf8" })) {
    const [, name, suffix] = /([^/]+)\.ko(\.xz)?$/.exec(path) ?? []
    if (name === undefined || !MODULES.includes(name)) continue
    const file = join(unpacked, `${name}.ko`)
    const bytes = suffix
      ? execFileSync("xz", ["-dc", join(modules, path)])
      : readFileSync(join(modules, path))
    writeFileSync(file, bytes)
    files[`skep/modules/${name}.ko`] = file
  }
  return files
}

function script(release: string, pattern: string): string {
  const family = /^\d+\.\d+/.exec(kernelPackage(release).version)?.[0]
  const filter = pattern === "" ? "" : `--test-name-pattern='${pattern.replaceAll("'", "'\\''")}'`
  return `mkdir -p /lib/x86_64-linux-gnu /lib64 /etc
export SKEP_GUEST=${release} SKEP_KERNEL=${family} LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu
cd /skep
for module in modules/*.ko; do [ ! -e "$module" ] || insmod "$module"; done
timeout -s KILL ${SECONDS - 30} node --test-reporter=/skep/test/reporter.mjs --test-reporter-destination=/tmp/out/tests ${filter} test/suite/main.js
`
}
