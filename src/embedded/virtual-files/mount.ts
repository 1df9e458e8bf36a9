import type { KernelCore } from "../core.ts"
import { textFile } from "../files/index.ts"
import type { TracePipe } from "../trace-pipe.ts"
import { folderOf, shown } from "./folder.ts"
import { kprobeFolder } from "./kprobes.ts"
import { netFolder } from "./network-devices.ts"
import { mountProc } from "./proc.ts"
import { traceFolder } from "./tracing.ts"

const ROOT_ONLY = 0o700

/** Makes the files that Linux shows of itself. */
export function mountVirtualFiles(kernel: KernelCore, pipe: TracePipe): void {
  const { files, profile } = kernel
  for (const path of ["/sys/kernel", "/sys/class", "/sys/devices", "/sys/devices/system", "/boot"])
    files.create(path, { directory: true, mode: 0o755 })
  mountProc(kernel)
  files.create("/sys/kernel/tracing", { mode: ROOT_ONLY, folder: traceFolder(kernel, pipe) })
  files.create("/sys/kernel/debug", {
    mode: ROOT_ONLY,
    folder: folderOf({
      tracing: { mode: ROOT_ONLY, folder: traceFolder(kernel, pipe) },
      kprobes: { mode: 0o755, folder: kprobeFolder(kernel) },
    }),
  })
  files.create("/sys/kernel/btf", {
    mode: 0o755,
    folder: folderOf({ vmlinux: shown(() => profile.btfBytes()) }),
  })
  files.create("/sys/kernel/security", {
    mode: 0o755,
    folder: folderOf({ lsm: shown(() => profile.lsms.join(",")) }),
  })
  files.create("/sys/class/net", { mode: 0o755, folder: netFolder(kernel) })
  const cpus = `${kernel.cpus === 1 ? "0" : `0-${kernel.cpus - 1}`}\n`
  files.create("/sys/devices/system/cpu", {
    mode: 0o755,
    folder: folderOf({ online: shown(() => cpus), possible: shown(() => cpus), present: shown(() => cpus) }),
  })
  files.create(`/boot/config-${profile.version}`, { operations: textFile(() => profile.sections().config) })
}
