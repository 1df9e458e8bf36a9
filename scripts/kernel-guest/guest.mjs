// Boots a kernel under QEMU (no KVM) with a busybox initramfs, runs one shell script in it, and brings back a folder.
import { execFileSync, spawn } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { machineOf } from "./machines.mjs"

/** Room for what the guest gives back. */
const RESULT_BYTES = 512 * 1024 * 1024

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t securityfs securityfs /sys/kernel/security
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up 2>/dev/null
mkdir -p /tmp/out
sh /guest/run >/tmp/out/stdout 2>/tmp/out/stderr
echo $? >/tmp/out/status
cd /tmp/out && tar cf /dev/nvme0n1 .
sync
poweroff -f
`

/**
 * Runs `script` (sh) as root in a guest. `files` maps paths in the guest to files or folders here. What the script
 * leaves in /tmp/out comes back in `results` (a folder here), with stdout, stderr and status beside it. `architecture`
 * is the kernel's: "x86_64" or "arm64".
 */
export async function runInGuest({
  kernel,
  architecture = "x86_64",
  script,
  files = {},
  results,
  append = "",
  seconds = 300,
  echo = false,
}) {
  const scratch = mkdtempSync(join(tmpdir(), "skep-guest-"))
  const root = join(scratch, "root")
  for (const folder of [
    "bin",
    "sbin",
    "dev",
    "proc",
    "sys",
    "tmp",
    "guest",
    "etc",
    "usr/bin",
    "usr/sbin",
    "root",
  ])
    mkdirSync(join(root, folder), { recursive: true })
  const machine = machineOf(architecture)
  cpSync(machine.busybox(), join(root, "bin/busybox"))
  for (const [target, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, target)), { recursive: true })
    cpSync(source, join(root, target), { recursive: true, dereference: true })
  }
  writeFileSync(join(root, "guest/run"), script)
  writeFileSync(join(root, "init"), INIT)
  chmodSync(join(root, "init"), 0o755)
  const initrd = join(scratch, "initrd")
  execFileSync("sh", ["-c", `cd '${root}' && find . | cpio -o -H newc --quiet > '${initrd}'`])
  const disk = join(scratch, "result.img")
  writeFileSync(disk, "")
  truncateSync(disk, RESULT_BYTES)
  try {
    const tail = await boot({ machine, kernel, initrd, disk, append, seconds, echo })
    rmSync(results, { recursive: true, force: true })
    mkdirSync(results, { recursive: true })
    execFileSync("tar", ["xf", disk, "-C", results])
    if (!existsSync(join(results, "status")))
      throw new Error(`the guest gave nothing back; its console ends with:\n${tail}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function boot({ machine, kernel, initrd, disk, append, seconds, echo }) {
  // One thread for both processors: with two, code that the kernel changes while it runs crashed some guests.
  const args = ["-M", machine.board, "-m", "2048", "-smp", "2", "-accel", "tcg,thread=single", "-cpu", "max"]
  args.push("-kernel", kernel, "-initrd", initrd, "-nographic", "-no-reboot")
  args.push("-drive", `file=${disk},if=none,id=result,format=raw`, "-device", "nvme,drive=result,serial=skep")
  args.push(
    "-append",
    `console=${machine.console} quiet panic=-1 nokaslr lsm=lockdown,yama,apparmor,bpf ${append}`,
  )
  return new Promise((resolve, reject) => {
    const guest = spawn(machine.qemu, args, { stdio: ["ignore", "pipe", "inherit"] })
    let console = ""
    guest.stdout.on("data", data => {
      console = (console + data).slice(-4000)
      if (echo) process.stdout.write(data)
    })
    const timer = setTimeout(() => {
      guest.kill("SIGKILL")
      reject(new Error(`the guest did not end within ${seconds} s; its console ends with:\n${console}`))
    }, seconds * 1000)
    guest.on("error", reject)
    guest.on("exit", code => {
      clearTimeout(timer)
      if (code === 0) resolve(console)
      else reject(new Error(`qemu ended with status ${code}; the console ends with:\n${console}`))
    })
  })
}
