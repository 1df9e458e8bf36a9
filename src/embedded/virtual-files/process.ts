import type { Folder } from "../files/index.ts"
import type { Task } from "../tasks/index.ts"
import { folderOf, shown } from "./folder.ts"

/** /proc/PID: what the model knows of a process. */
export function processFolder(of: () => Task): Folder {
  return folderOf({
    cgroup: shown(() => `0::${of().group.path}\n`),
    cmdline: shown(() =>
      of()
        .commandLine.map(word => `${word}\0`)
        .join(""),
    ),
    comm: shown(() => `${of().comm}\n`),
    status: shown(() => statusText(of())),
  })
}

/** The fields of proc_pid_status(5) that are modelled. */
function statusText(task: Task): string {
  const { comm, tgid, pid, uid, gid, parent } = task
  const fields: readonly (readonly [name: string, value: string])[] = [
    ["Name", comm],
    ["Umask", "0022"],
    ["State", task.isOnProcessor ? "R (running)" : "S (sleeping)"],
    ["Tgid", String(tgid)],
    ["Ngid", "0"],
    ["Pid", String(pid)],
    ["PPid", String(parent?.pid ?? 0)],
    ["TracerPid", "0"],
    ["Uid", [uid, uid, uid, uid].join("\t")],
    ["Gid", [gid, gid, gid, gid].join("\t")],
    ["Threads", "1"],
    ["CapPrm", capabilityMask(task.capabilities.permitted)],
    ["CapEff", capabilityMask(task.capabilities.effective)],
  ]
  return fields.map(([name, value]) => `${name}:\t${value}\n`).join("")
}

function capabilityMask(bits: bigint): string {
  return bits.toString(16).padStart(16, "0")
}
