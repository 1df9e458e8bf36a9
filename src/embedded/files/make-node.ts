import { errnoNumber } from "../../base/index.ts"
import type { DeviceNumber } from "../../kernel/index.ts"
import { mayMakeDevice } from "../cgroups/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { S_IFBLK, S_IFCHR, S_IFMT } from "./file-tree.ts"
import { getname, pathText, putname } from "./filename.ts"
import { MAY_EXEC, MAY_WRITE, mayAccess } from "./permission.ts"

const doMknodat = kernelFunction(
  "do_mknodat",
  (kernel, _dfd: number, name: Parameters<typeof pathText>[1], mode: number, number: number): number => {
    const { files, current } = kernel
    const path = pathText(kernel, name)
    const directory = files.directoryOf(path)
    if (!directory) return -errnoNumber(files.goesThroughFile(path) ? "ENOTDIR" : "ENOENT")
    if (files.find(path)) return -errnoNumber("EEXIST")
    if (!mayAccess(current, directory, MAY_WRITE | MAY_EXEC)) return -errnoNumber("EACCES")
    if (current.uid !== 0 || directory.isSealed) return -errnoNumber("EPERM")
    const device = { ...decodeDevice(number), kind: (mode & S_IFMT) === S_IFCHR ? "char" : "block" } as const
    const refused = mayMakeDevice(kernel, device)
    if (refused !== 0) return refused
    files.create(path, { mode: mode & ~S_IFMT, device, uid: current.uid, gid: current.gid })
    return 0
  },
)

/** mknodat(2), of devices. */
export const mknodat = syscall("mknodat", (kernel, [dfd, path, mode, device]) => {
  const kind = Number(mode) & S_IFMT
  if (kind !== S_IFCHR && kind !== S_IFBLK) return -errnoNumber("EINVAL")
  const name = getname(kernel, path ?? 0n)
  if (typeof name === "number") return name
  const result = doMknodat(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), name, Number(mode), Number(device))
  putname(kernel, name)
  return result
})

/** A dev_t as user space writes it. */
export function encodeDevice({ major, minor }: DeviceNumber): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)
}

function decodeDevice(number: number): { major: number; minor: number } {
  return { major: (number >> 8) & 0xfff, minor: (number & 0xff) | ((number >> 12) & 0xfff00) }
}
