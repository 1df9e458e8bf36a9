import { AttachError, type Errno, errnoName, errorText } from "../../base/index.ts"
import { type AttachPoint, namingProgram } from "../../kernel/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Features } from "../load/features.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Machine } from "../machine/machine.ts"

/** What every kind of attachment is made with. */
export interface AttachHost {
  readonly bpf: Bpf
  readonly machine: Machine
  readonly features: Features
}

/** A program on a hook. */
export interface Attached {
  readonly point: AttachPoint
  /** The descriptor that keeps it there: a BPF link's, or a perf event's. Undefined for what the kernel keeps by itself. */
  readonly fd: number | undefined
  /** True when `fd` is a BPF link: it can be pinned and updated. */
  readonly isLink: boolean
  remove(): void
}

/** An attachment that the kernel refused, in libbpf's words. */
export function attachError(
  program: LoadedProgram,
  action: string,
  number: number,
  hint?: string,
): AttachError {
  const errno: Errno | undefined = errnoName(number)
  return new AttachError(`prog '${program.spec.name}': ${action}: ${errorText(number)}`, {
    ...(errno && { errno }),
    ...(hint !== undefined && { hint }),
  })
}

/** Runs what finds a place to attach, and says in its errors which program is about it. */
export function named<T>(program: LoadedProgram, attach: () => T): T {
  return namingProgram(program.spec.name, attach)
}
