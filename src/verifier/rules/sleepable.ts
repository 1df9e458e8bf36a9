import { isSince } from "../../catalog/index.ts"
import type { VerifierProgram } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Walk } from "../walk/walk.ts"

/** Only programs that run where the kernel may sleep can do so; syscall programs have to. */
export function checkSleepable(walk: Walk): void {
  const { program, kernel } = walk
  if (program.type === "syscall" && !program.sleepable)
    reject(walk, ERRNO.EINVAL, "Syscall programs can only be sleepable", "sleepable")
  if (!program.sleepable || canSleep(program)) return
  const who = isSince("6.2", kernel.release)
    ? "fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops"
    : "fentry/fexit/fmod_ret, lsm, and kprobe/uprobe"
  reject(walk, ERRNO.EINVAL, `Only ${who} programs can be sleepable`, "sleepable")
}

function canSleep({ type, attachType }: VerifierProgram): boolean {
  switch (type) {
    case "tracing":
      return attachType !== "trace_raw_tp"
    case "lsm":
      return attachType !== "lsm_cgroup"
    default:
      // Kprobe programs stand on functions of processes too.
      return type === "kprobe" || type === "struct_ops" || type === "syscall"
  }
}
