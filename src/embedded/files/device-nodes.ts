import { errnoNumber } from "../../base/index.ts"
import type { DeviceNumber } from "../../kernel/index.ts"
import type { FileOperations } from "./file-operations.ts"

const memoryDevice = (minor: number): DeviceNumber => ({ kind: "char", major: 1, minor })

/** The device nodes of a fresh machine. */
export const DEVICE_NODES: readonly (readonly [path: string, device: DeviceNumber])[] = [
  ["/dev/null", memoryDevice(3)],
  ["/dev/zero", memoryDevice(5)],
  ["/dev/full", memoryDevice(7)],
  ["/dev/random", memoryDevice(8)],
  ["/dev/urandom", memoryDevice(9)],
]

const NULL: FileOperations = { read: () => new Uint8Array(0), write: (_kernel, _file, bytes) => bytes.length }
const zeros: FileOperations["read"] = (_kernel, _file, count) => new Uint8Array(count)

/** By minor number of memory devices. */
const OPERATIONS: Readonly<Record<number, FileOperations>> = {
  3: NULL,
  5: { ...NULL, read: zeros },
  7: { read: zeros, write: () => -errnoNumber("ENOSPC") },
}

/** How a device is read and written; undefined for one that is not modelled. */
export function deviceOperations({ kind, major, minor }: DeviceNumber): FileOperations | undefined {
  return kind === "char" && major === 1 ? OPERATIONS[minor] : undefined
}
