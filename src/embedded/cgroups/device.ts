import type { DeviceNumber } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { hasGroupPrograms, runGroupPrograms } from "./run-group-programs.ts"

const HOOK = "cgroup_device"
/** BPF_DEVCG_ACC_* and BPF_DEVCG_DEV_*. */
const ACCESS = { mknod: 1, read: 2, write: 4 } as const
const KIND = { block: 1, char: 2 } as const
/** Bytes of `struct bpf_cgroup_dev_ctx`: access above kind, major, minor. */
const CONTEXT = 12

const checkDevicePermission = kernelFunction(
  "__cgroup_bpf_check_dev_permission",
  (kernel, kind: number, major: number, minor: number, access: number): number => {
    const context = kernel.memory.alloc(CONTEXT)
    for (const [index, word] of [(access << 16) | kind, major, minor].entries())
      kernel.memory.view.setUint32(context + index * 4, word, true)
    const result = runGroupPrograms(kernel, kernel.current.group, HOOK, context)
    kernel.memory.free(context)
    return result
  },
)

function check(kernel: KernelCore, { kind, major, minor }: DeviceNumber, access: number): number {
  if (!hasGroupPrograms(kernel, kernel.current.group, HOOK)) return 0
  return checkDevicePermission(kernel, KIND[kind], major, minor, access)
}

/** What the task's groups say to opening a device: 0 or −EPERM. `wanted` is of MAY_READ (4) and MAY_WRITE (2). */
export function mayOpenDevice(kernel: KernelCore, device: DeviceNumber, wanted: number): number {
  const [MAY_WRITE, MAY_READ] = [2, 4]
  const read = (wanted & MAY_READ) !== 0 ? ACCESS.read : 0
  const write = (wanted & MAY_WRITE) !== 0 ? ACCESS.write : 0
  return check(kernel, device, read | write)
}

/** And to making a node for one. */
export function mayMakeDevice(kernel: KernelCore, device: DeviceNumber): number {
  return check(kernel, device, ACCESS.mknod)
}
