// Makes what the kernel's BPF selftests need to compile: sources, a vmlinux.h of a 6.12 kernel, libbpf's headers,
// and one opener program for each libbpf that Skep is compared with. Everything lands in .cache/selftests.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL(".", import.meta.url))
export const cache = resolve(here, "../../.cache/selftests")
const archive = "/usr/src/linux-source-6.12.tar.xz"
const kernelPackage = "linux-image-6.12-cloud-amd64"

/** @returns {{ source: string, bpftool: string, include: string, openers: { name: string, path: string }[] }} */
export function prepare() {
  mkdirSync(cache, { recursive: true })
  const source = linuxSource()
  const build = join(cache, "bpftool")
  const bpftool = join(build, "bootstrap/bpftool")
  const libbpf = join(build, "bootstrap/libbpf")
  if (!existsSync(bpftool)) {
    say("building bpftool and libbpf of linux-source-6.12")
    mkdirSync(build, { recursive: true })
    const options = [`OUTPUT=${build}/`, "CLANG=clang-19", "LLVM_STRIP=llvm-strip-19", "bootstrap"]
    run("make", ["-C", join(source, "tools/bpf/bpftool"), ...options])
  }
  const include = join(cache, "include")
  mkdirSync(include, { recursive: true })
  const header = join(include, "vmlinux.h")
  if (!existsSync(header)) {
    say("writing vmlinux.h")
    writeFileSync(header, run(bpftool, ["btf", "dump", "file", vmlinux(source), "format", "c"]))
  }
  return { source, bpftool, include: join(libbpf, "include"), openers: openers(libbpf) }
}

/** The flags of the selftests' Makefile (TRUNNER_BPF_CFLAGS), without -Werror. */
export function compilerFlags({ source, include }, bigEndian) {
  const tests = join(source, "tools/testing/selftests/bpf")
  return [
    ...["-g", "-O2", `--target=${bigEndian ? "bpfeb" : "bpf"}`, "-mcpu=v3", "-w"],
    ...["-D__TARGET_ARCH_x86", "-DENABLE_ATOMICS_TESTS", "-Wno-compare-distinct-pointer-types"],
    ...[join(cache, "include"), include, tests, join(source, "tools/include/uapi")].map(path => `-I${path}`),
    ...systemIncludes().flatMap(path => ["-idirafter", path]),
  ]
}

export function linuxSource() {
  const given = process.env.LINUX_SOURCE
  if (given) return resolve(given)
  mkdirSync(cache, { recursive: true })
  const source = join(cache, "linux-source-6.12")
  if (existsSync(join(source, "tools/testing/selftests/bpf/progs"))) return source
  if (!existsSync(archive)) {
    throw new Error(
      `${archive} is missing: apt-get install linux-source-6.12, or set LINUX_SOURCE to an unpacked tree`,
    )
  }
  say(`unpacking ${archive}`)
  const parts = ["tools", "include", "scripts", "kernel/bpf"].map(part => `linux-source-6.12/${part}`)
  run("tar", ["-xJf", archive, "-C", cache, ...parts])
  return source
}

/** The uncompressed kernel of Debian's package: its .BTF section is what vmlinux.h is made from. */
export function vmlinux(source) {
  const image = join(cache, "vmlinux")
  if (!existsSync(image)) {
    writeFileSync(image, run("bash", [join(source, "scripts/extract-vmlinux"), kernelFiles().vmlinuz]))
  }
  return image
}

/** The bootable kernel of Debian's package, and its configuration. */
export function kernelFiles() {
  const boot = join(cache, "image/boot")
  if (!existsSync(boot)) {
    say(`downloading ${kernelPackage}`)
    const listing = run("apt-cache", ["depends", kernelPackage]).toString()
    const real = /Depends: (\S+)/.exec(listing)?.[1]
    if (!real) throw new Error(`apt knows no ${kernelPackage}: run apt-get update`)
    run("apt-get", ["download", real], { cwd: cache, stdio: ["ignore", "ignore", "ignore"] })
    const package_ = readdirSync(cache).find(name => name.startsWith(`${real}_`) && name.endsWith(".deb"))
    run("dpkg-deb", ["-x", join(cache, package_), join(cache, "image")])
  }
  const named = prefix =>
    join(
      boot,
      readdirSync(boot).find(name => name.startsWith(prefix)),
    )
  return { vmlinuz: named("vmlinuz"), config: named("config") }
}

/** One opener per libbpf: the system's, that of linux-source-6.12, and a newer one where LIBBPF_SOURCE names it. */
function openers(libbpf) {
  const source = join(here, "opener.c")
  const list = [
    {
      name: "libbpf of linux-source-6.12",
      flags: [`-I${libbpf}/include`, `${libbpf}/libbpf.a`, "-lelf", "-lz"],
    },
    { name: "libbpf of the system", flags: ["-lbpf", "-lelf", "-lz"] },
  ]
  const newer = process.env.LIBBPF_SOURCE
  if (newer) {
    const build = join(cache, "newer-libbpf")
    const out = join(build, "libbpf.a")
    if (!existsSync(out)) {
      say(`building libbpf of ${newer}`)
      mkdirSync(build, { recursive: true })
      const options = [`OBJDIR=${build}`, `DESTDIR=${build}/root`, "BUILD_STATIC_ONLY=1", "install"]
      run("make", ["-C", join(newer, "src"), ...options])
    }
    const flags = [`-I${build}/root/usr/include`, out, "-lelf", "-lz"]
    list.push({ name: "libbpf of LIBBPF_SOURCE", flags })
  }
  return list.map(({ name, flags }, index) => {
    const path = join(cache, `opener-${index}`)
    if (!existsSync(path)) run("cc", ["-O1", "-o", path, source, ...flags])
    return { name, path }
  })
}

function systemIncludes() {
  const text = execFileSync("sh", ["-c", "clang-19 -v -E - </dev/null 2>&1"]).toString()
  const part = /<\.\.\.> search starts here:\n([\s\S]*?)End of search list/.exec(text)?.[1] ?? ""
  return part
    .split("\n")
    .map(line => line.trim())
    .filter(Boolean)
}

function run(command, args, options = {}) {
  return execFileSync(command, args, { maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"], ...options })
}

function say(text) {
  process.stderr.write(`${text} …\n`)
}
