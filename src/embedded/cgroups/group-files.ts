import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { type Folder, type NewNode, textFile } from "../files/index.ts"
import type { Cgroup } from "./cgroup.ts"

const [READ_ONLY, WRITABLE] = [0o444, 0o644]

/** The folder of a control group: its files, and mkdir and rmdir for the groups in it. No controllers are modelled. */
export function groupFolder(kernel: KernelCore, group: Cgroup): Folder {
  const members: NewNode = {
    mode: WRITABLE,
    operations: textFile(
      () => pids(kernel, group),
      (_kernel, bytes) => join(kernel, group, bytes),
    ),
  }
  const files: Readonly<Record<string, NewNode>> = {
    "cgroup.controllers": { mode: READ_ONLY, operations: textFile(() => "\n") },
    "cgroup.procs": members,
    "cgroup.subtree_control": { mode: WRITABLE, operations: textFile(() => "\n") },
    "cgroup.threads": members,
    ...(group.parent && { "cgroup.type": { mode: WRITABLE, operations: textFile(() => "domain\n") } }),
  }
  return {
    names: () => Object.keys(files),
    entry: name => (Object.hasOwn(files, name) ? files[name] : undefined),
    make(name) {
      kernel.cgroups.make(`${group.path}/${name}`)
      return 0
    },
    remove(name) {
      const child = group.children.get(name)
      if (!child) return -errnoNumber("EPERM")
      if (child.children.size > 0 || pids(kernel, child) !== "") return -errnoNumber("EBUSY")
      kernel.cgroups.remove(child)
      return 0
    },
  }
}

function pids(kernel: KernelCore, group: Cgroup): string {
  return kernel
    .processes()
    .filter(task => task.pid !== 0 && task.group === group)
    .map(({ pid }) => `${pid}\n`)
    .join("")
}

/** Moves a process into the group; 0 is the one that writes. */
function join(kernel: KernelCore, group: Cgroup, bytes: Uint8Array): number {
  const text = decodeUtf8(bytes).trim()
  if (!/^\d+$/.test(text)) return -errnoNumber("EINVAL")
  const pid = Number(text)
  const task = pid === 0 ? kernel.current : kernel.processes().find(each => each.pid === pid)
  if (!task || task.exited) return -errnoNumber("ESRCH")
  task.group = group
  return 0
}
