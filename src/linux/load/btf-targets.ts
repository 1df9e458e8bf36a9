import { type Errno, LoadError, nearestNames } from "../../base/index.ts"
import type { Btf, BtfKind, TypeId } from "../../btf/index.ts"
import { btfTargetName, type ProgramSpec } from "../../object/index.ts"
import type { KernelTypes } from "../machine/kernel-types.ts"

/** A type of the kernel that a program attaches to: `module` is the descriptor of a module's BTF, 0 for the kernel's own. */
export interface BtfTarget {
  readonly id: TypeId
  readonly module: number
}

/** What a program attaches to in the kernel's BTF, or a module's. Throws LoadError in libbpf's words when there is none. */
export function findBtfTarget(program: ProgramSpec, types: KernelTypes): BtfTarget {
  const { target, name } = program
  if (target === "")
    throw new LoadError(`prog '${name}': section '${program.section}' names no kernel function (EINVAL)`, {
      errno: "EINVAL",
      hint: `write ${program.section}/<function>`,
    })
  const { prefix, kind } = btfTargetName(program)
  const found = types.find(prefix + target, kind)
  if (found) return found
  throw noSuchType(program, nearest(types.vmlinux, prefix, kind, target))
}

function noSuchType({ name, target }: ProgramSpec, nearest: readonly string[]): LoadError {
  const errno: Errno = "ESRCH"
  return new LoadError(`prog '${name}': failed to find kernel BTF type ID of '${target}': -3`, {
    errno,
    hint: `this kernel has no such function or tracepoint (inlined, renamed or absent)${nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : ""}`,
  })
}

function nearest(btf: Btf, prefix: string, kind: BtfKind, target: string): string[] {
  const names: string[] = []
  for (const id of btf.ids()) {
    const type = btf.kindOf(id) === kind ? btf.type(id) : undefined
    if (type?.name.startsWith(prefix)) names.push(type.name.slice(prefix.length))
  }
  return nearestNames(target, names)
}
