import { decodeUtf8 } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"

/** Length of a NULL-terminated array of user pointers. */
export function countPointers(kernel: KernelCore, user: bigint): number {
  const address = Number(user)
  if (address === 0) return 0
  let count = 0
  while (
    kernel.memory.isUser(address + count * 8, 8) &&
    kernel.memory.view.getBigUint64(address + count * 8, true) !== 0n
  )
    count++
  return count
}

/** The strings that such an array points to. */
export function stringsAt(kernel: KernelCore, user: bigint): string[] {
  return Array.from({ length: countPointers(kernel, user) }, (_, index) => {
    const address = Number(kernel.memory.view.getBigUint64(Number(user) + index * 8, true))
    return kernel.memory.isUser(address, 1) ? decodeUtf8(kernel.memory.readCString(address)) : ""
  })
}
