import { errnoNumber } from "../../base/index.ts"
import { mayOpenDevice } from "../cgroups/index.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { S_IFDIR, S_IFMT } from "./file-tree.ts"
import { deviceOf } from "./inode-device.ts"
import { mayAccess } from "./permission.ts"

const securityInodePermission = securityCheck<[inode: KernelObject, mask: number]>("inode_permission")

/** Whether the task on the CPU may: mode and owner say so, then the device's groups, then the security modules. 0 or a negative errno. */
export const inodePermission = kernelFunction(
  "inode_permission",
  (kernel, _owners: Register, inode: KernelObject, mask: number): number => {
    const directory = (inode.number("i_mode") & S_IFMT) === S_IFDIR
    if (!mayAccess(kernel.current, { inode, directory }, mask)) return -errnoNumber("EACCES")
    const device = deviceOf(inode)
    const refused = device ? mayOpenDevice(kernel, device, mask) : 0
    return refused === 0 ? securityInodePermission(kernel, inode, mask) : refused
  },
)
