import type { DeviceNumber } from "../../kernel/index.ts"
import type { KernelObject } from "../memory/index.ts"
import { MINOR_BITS, S_IFBLK, S_IFCHR, S_IFMT } from "./file-tree.ts"

/** The device that an inode stands for, if it does. */
export function deviceOf(inode: KernelObject): DeviceNumber | undefined {
  const type = inode.number("i_mode") & S_IFMT
  if (type !== S_IFCHR && type !== S_IFBLK) return undefined
  const number = inode.number("i_rdev")
  const major = number >>> MINOR_BITS
  return { kind: type === S_IFCHR ? "char" : "block", major, minor: number & ((1 << MINOR_BITS) - 1) }
}
