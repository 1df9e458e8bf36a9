import type { KernelCore } from "../core.ts"
import { textFile } from "../files/index.ts"
import type { Task } from "../tasks/index.ts"
import { folderBy, shown } from "./folder.ts"
import { processFolder } from "./process.ts"

const READ_ONLY = 0o555

/** procfs: the machine's files, and a folder for each process. /proc/sys is made with the sysctls. */
export function mountProc(kernel: KernelCore): void {
  const { files, profile } = kernel
  const byPid = (name: string): Task | undefined =>
    /^[1-9]\d*$/.test(name) ? kernel.processes().find(({ pid }) => String(pid) === name) : undefined
  files.create(
    "/proc/version",
    shown(() => `${profile.facts.banner}\n`),
  )
  files.create("/proc/kallsyms", { mode: 0o444, operations: textFile(symbols) })
  files.mountFolder(
    "/proc",
    folderBy(
      () => ["self", ...kernel.processes().flatMap(({ pid }) => (pid === 0 ? [] : [String(pid)]))],
      name => {
        if (name === "self") return { mode: READ_ONLY, folder: processFolder(() => kernel.current) }
        const task = byPid(name)
        return task && { mode: READ_ONLY, uid: task.uid, gid: task.gid, folder: processFolder(() => task) }
      },
    ),
  )
}

const HIDDEN = "0".repeat(16)

/** Addresses are for root alone. */
function symbols({ profile, current }: KernelCore): string {
  const lines: string[] = []
  for (const { address, type, name } of profile.symbols().all())
    lines.push(`${current.uid === 0 ? address.toString(16) : HIDDEN} ${type} ${name}\n`)
  return lines.join("")
}
