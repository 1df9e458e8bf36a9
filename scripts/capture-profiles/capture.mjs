#!/usr/bin/env node
// Makes profiles/6.1.skepprofile and profiles/6.12.skepprofile: boots Debian's cloud kernels under QEMU and reads
// what programs can observe of them. Needs qemu-system-x86, busybox-static, cpio and a build (`npm run build`).
// With release names as arguments, only those.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildProfile } from "../../dist/profile/build.js"
import { runInGuest } from "../kernel-guest/guest.mjs"
import { kernelPackage } from "../kernel-guest/kernel-package.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

const READ_KERNEL = `
echo 0 >/proc/sys/kernel/kptr_restrict
cd /tmp/out
cat /sys/kernel/btf/vmlinux >btf
cat /proc/kallsyms >kallsyms
cat /sys/kernel/tracing/available_filter_functions >functions
cat /sys/kernel/debug/kprobes/blacklist >blacklist
cat /sys/kernel/security/lsm >lsm
cat /proc/version >version
nproc >cpus
for format in /sys/kernel/tracing/events/*/*/format; do
  event=\${format#/sys/kernel/tracing/events/}
  echo "@ \${event%/format}"
  cat $format
done >events
`

const releases = process.argv.length > 2 ? process.argv.slice(2) : ["6.1", "6.12"]
for (const release of releases) {
  const kernel = kernelPackage(release)
  const results = join(kernel.folder, "captured")
  console.log(`${release}: booting ${kernel.version}`)
  await runInGuest({ kernel: kernel.image, script: READ_KERNEL, results })
  const read = name => readFileSync(join(results, name), "utf8")
  writeFileSync(join(kernel.folder, "vmlinux.btf"), readFileSync(join(results, "btf")))
  const bytes = await buildProfile({
    release,
    version: kernel.version,
    architecture: "x86_64",
    banner: read("version").trim(),
    cpus: Number(read("cpus")),
    lsms: read("lsm").trim().split(","),
    btf: readFileSync(join(results, "btf")),
    kallsyms: read("kallsyms"),
    functions: read("functions"),
    blacklist: read("blacklist"),
    events: read("events"),
    config: readFileSync(kernel.config, "utf8"),
  })
  mkdirSync(join(root, "profiles"), { recursive: true })
  const file = join(root, "profiles", `${release}.skepprofile`)
  writeFileSync(file, bytes)
  console.log(`${release}: ${statSync(file).size} bytes; guest left ${readdirSync(results).join(", ")}`)
}
