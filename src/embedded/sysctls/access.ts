import { decodeUtf8, encodeUtf8, errnoNumber } from "../../base/index.ts"
import { hasGroupPrograms, runGroupPrograms } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { FileOperations, FileTree } from "../files/index.ts"
import type { KernelObject } from "../memory/index.ts"
import type { Sysctl } from "./sysctl.ts"

const HOOK = "cgroup_sysctl"
const FOLDER = "/proc/sys"
/** What is read or written at once is less than a buffer of the kernel's. */
const MOST_BYTES = 1 << 21
const PAGE = 4096
/** Bytes of `struct bpf_sysctl`: write, file_pos. */
const CONTEXT = 8

/** What a program of the sysctl hook can ask for and set. */
export interface SysctlRun {
  readonly name: string
  readonly isWrite: boolean
  readonly current: Uint8Array
  /** What is written; undefined for reads and when nothing is. */
  newValue: Uint8Array | undefined
  isUpdated: boolean
}

/** Makes the files of these sysctls. */
export function mountSysctls(files: FileTree, table: readonly Sysctl[]): void {
  files.create(FOLDER, { directory: true, mode: 0o555 })
  for (const sysctl of table) {
    const folders = sysctl.name.split("/").slice(0, -1)
    folders.forEach((_, index) => {
      files.create(`${FOLDER}/${folders.slice(0, index + 1).join("/")}`, { directory: true, mode: 0o555 })
    })
    files.create(`${FOLDER}/${sysctl.name}`, { mode: sysctl.mode, operations: operationsOf(sysctl) })
  }
}

function operationsOf(sysctl: Sysctl): FileOperations {
  return {
    read(kernel, file, count) {
      if (count >= MOST_BYTES) return -errnoNumber("ENOMEM")
      const { refused } = askPrograms(kernel, sysctl, file, undefined)
      if (refused !== 0) return refused
      // Everything comes at once: what follows is the end.
      const bytes =
        file.number("f_pos") > 0 ? new Uint8Array(0) : encodeUtf8(sysctl.show()).subarray(0, count)
      file.set("f_pos", file.number("f_pos") + bytes.length)
      return bytes
    },
    write(kernel, file, bytes) {
      if (bytes.length >= MOST_BYTES) return -errnoNumber("ENOMEM")
      const { refused, value } = askPrograms(kernel, sysctl, file, bytes)
      if (refused !== 0) return refused
      const stored = sysctl.store(decodeUtf8(value))
      if (stored < 0) return stored
      file.set("f_pos", file.number("f_pos") + value.length)
      return value.length
    },
  }
}

/** 0 or −EPERM, and what is to be written. */
function askPrograms(
  kernel: KernelCore,
  sysctl: Sysctl,
  file: KernelObject,
  written: Uint8Array | undefined,
): { readonly refused: number; readonly value: Uint8Array } {
  const asWritten = written ?? new Uint8Array(0)
  const { group } = kernel.current
  if (!hasGroupPrograms(kernel, group, HOOK)) return { refused: 0, value: asWritten }
  const run: SysctlRun = {
    name: sysctl.name,
    isWrite: written !== undefined,
    current: encodeUtf8(sysctl.show()),
    newValue: asWritten.length > 0 ? asWritten.slice(0, PAGE) : undefined,
    isUpdated: false,
  }
  const context = kernel.memory.alloc(CONTEXT)
  const { view } = kernel.memory
  view.setUint32(context, run.isWrite ? 1 : 0, true)
  view.setUint32(context + 4, file.number("f_pos"), true)
  const refused = runGroupPrograms(kernel, group, HOOK, context, { state: run })
  file.set("f_pos", view.getUint32(context + 4, true))
  kernel.memory.free(context)
  return { refused, value: run.isUpdated && run.newValue ? run.newValue : asWritten }
}
