#!/usr/bin/env node
// Makes profiles/6.1.skepprofile and profiles/6.12.skepprofile: boots Debian's cloud kernels under QEMU and has
// `skep profile capture` read them. Needs qemu-system-x86, busybox-static, cpio and a build: npm run profiles.
// With release names as arguments, only those.
import { cpSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInGuest } from "../kernel-guest/guest.mjs"
import { kernelPackage } from "../kernel-guest/kernel-package.mjs"
import { packageFiles } from "../kernel-guest/package-files.mjs"
import { programFiles } from "../kernel-guest/programs.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

const CAPTURE = `
echo 0 >/proc/sys/kernel/kptr_restrict
node /skep/bin/skep.js profile capture -o /tmp/out/profile
cp /sys/kernel/btf/vmlinux /tmp/out/btf
`

const releases = process.argv.length > 2 ? process.argv.slice(2) : ["6.1", "6.12"]
for (const release of releases) {
  const kernel = kernelPackage(release)
  const results = join(kernel.folder, "captured")
  console.log(`${release}: booting ${kernel.version}`)
  const files = {
    ...programFiles(process.execPath),
    ...packageFiles(),
    [`boot/${basename(kernel.config)}`]: kernel.config,
  }
  await runInGuest({ kernel: kernel.image, script: CAPTURE, files, results })
  cpSync(join(results, "btf"), join(kernel.folder, "vmlinux.btf"))
  mkdirSync(join(root, "profiles"), { recursive: true })
  const file = join(root, "profiles", `${release}.skepprofile`)
  cpSync(join(results, "profile"), file)
  console.log(
    `${release}: ${statSync(file).size} bytes; ${readFileSync(join(results, "stdout"), "utf8").trim()}`,
  )
}
