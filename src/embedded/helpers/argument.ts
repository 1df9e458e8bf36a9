import { type MapStorage, RingBuffer } from "../maps/index.ts"
import type { HelperKernel } from "./helper.ts"
import { ArgumentRefusal, hex } from "./refusal.ts"

export { ArgumentRefusal, hex } from "./refusal.ts"

/** The map whose address an argument holds. */
export function mapArgument(kernel: HelperKernel, address: bigint): MapStorage {
  const map = kernel.mapAt(Number(address))
  if (map) return map
  throw new ArgumentRefusal(`the argument ${hex(address)} is no map`)
}

/**
 * The address of `size` bytes that the program itself may touch: its stack, its context, a value, a record. No bytes
 * are anywhere.
 */
export function memoryArgument(kernel: HelperKernel, address: bigint, size: bigint): number {
  if (size === 0n) return 0
  if (address < 1n << 53n && size < 1n << 32n && kernel.memory.isKernel(Number(address), Number(size)))
    return Number(address)
  throw new ArgumentRefusal(`the argument ${hex(address)} is no pointer to ${size} bytes`)
}

/** The ring buffer whose address an argument holds. */
export function ringArgument(kernel: HelperKernel, address: bigint): RingBuffer {
  const map = mapArgument(kernel, address)
  if (map instanceof RingBuffer) return map
  throw new ArgumentRefusal(`map '${map.attributes.name}' is no ringbuf`)
}

/** An argument that the kernel takes as u32. */
export function word(value: bigint): number {
  return Number(value & 0xffff_ffffn)
}

/** The bytes of a NUL-terminated string that the program holds, without the NUL. */
export function stringArgument(kernel: HelperKernel, address: bigint): Uint8Array {
  return kernel.memory.readCString(memoryArgument(kernel, address, 1n))
}
