import type { KernelMemory } from "../memory/index.ts"
import { ArgumentRefusal, hex, memoryArgument } from "./argument.ts"
import type { HelperKernel } from "./helper.ts"

/** `struct bpf_dynptr`, which programs hold and never look into. */
export const DYNPTR_BYTES = 16
/** The most that a dynptr can say of its size. */
export const LARGEST_DYNPTR = (1 << 24) - 1

/** What a dynptr points to. */
export interface Dynptr {
  /** 0 for one that points to nothing. */
  readonly data: number
  readonly size: number
}

/** Makes the dynptr at `at` point to `data`; nothing makes it point to nothing. */
export function writeDynptr(memory: KernelMemory, at: number, { data, size }: Dynptr): void {
  memory.view.setBigUint64(at, BigInt(data), true)
  memory.view.setUint32(at + 8, size, true)
  memory.view.setUint32(at + 12, 0, true)
}

export function readDynptr(kernel: HelperKernel, address: bigint): Dynptr {
  const at = memoryArgument(kernel, address, BigInt(DYNPTR_BYTES))
  const data = Number(kernel.memory.view.getBigUint64(at, true))
  const size = kernel.memory.view.getUint32(at + 8, true)
  if (data !== 0 && !kernel.memory.isKernel(data, size))
    throw new ArgumentRefusal(`no dynptr stands at ${hex(address)}`)
  return { data, size }
}
