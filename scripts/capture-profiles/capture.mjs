#!/usr/bin/env node
// Makes profiles/*.skepprofile: boots Debian's cloud kernels under QEMU and reads off them what `skep profile capture`
// does. On x86-64 that runs in the guest; there is no Node for the guests of other architectures, so these give back the
// files that it reads. Needs qemu-system-x86, qemu-system-arm, busybox-static, cpio and a build: npm run profiles.
// With names as arguments ("6.12-arm64"), only those.
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { captureProfile } from "../../dist/profile/node.js"
import { runInGuest } from "../kernel-guest/guest.mjs"
import { architectureOf, kernelPackage } from "../kernel-guest/kernel-package.mjs"
import { packageFiles } from "../kernel-guest/package-files.mjs"
import { programFiles } from "../kernel-guest/programs.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

const CAPTURE = `
echo 0 >/proc/sys/kernel/kptr_restrict
node /skep/bin/skep.js profile capture -o /tmp/out/profile
cp /sys/kernel/btf/vmlinux /tmp/out/btf
`

/** What captureProfile reads, in the folders where it does. */
const TAKE_FILES = `
echo 0 >/proc/sys/kernel/kptr_restrict
take() {
  for file; do
    mkdir -p "/tmp/out/\${file%/*}"
    cat "/$file" >"/tmp/out/$file"
  done
}
cd /
take proc/kallsyms proc/version sys/devices/system/cpu/possible sys/kernel/security/lsm sys/kernel/btf/vmlinux
take sys/kernel/debug/kprobes/blacklist sys/kernel/tracing/available_filter_functions
take sys/kernel/tracing/events/*/*/format
`

const captureInGuest = async (kernel, results) => {
  const files = {
    ...programFiles(process.execPath),
    ...packageFiles(),
    [`boot/${basename(kernel.config)}`]: kernel.config,
  }
  await runInGuest({ kernel: kernel.image, script: CAPTURE, files, results })
  cpSync(join(results, "btf"), join(kernel.folder, "vmlinux.btf"))
  return join(results, "profile")
}

const captureFiles = async (kernel, results, architecture) => {
  await runInGuest({ kernel: kernel.image, architecture, script: TAKE_FILES, results, seconds: 600 })
  const [proc, sys] = [join(results, "proc"), join(results, "sys")]
  const boot = join(kernel.folder, "boot")
  const file = join(results, "profile")
  writeFileSync(file, await captureProfile({ proc, sys, boot, version: kernel.version, architecture }))
  return file
}

const names = process.argv.length > 2 ? process.argv.slice(2) : ["6.1", "6.12", "6.1-arm64", "6.12-arm64"]
for (const name of names) {
  const kernel = kernelPackage(name)
  const architecture = architectureOf(name)
  const results = join(kernel.folder, "captured")
  console.log(`${name}: booting ${kernel.version}`)
  const captured =
    architecture === "x86_64"
      ? await captureInGuest(kernel, results)
      : await captureFiles(kernel, results, architecture)
  mkdirSync(join(root, "profiles"), { recursive: true })
  const file = join(root, "profiles", `${name}.skepprofile`)
  cpSync(captured, file)
  console.log(`${name}: ${statSync(file).size} bytes`)
}
