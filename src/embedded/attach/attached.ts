import { AttachError, errnoText } from "../../base/index.ts"
import {
  type AttachKind,
  type AttachPoint,
  type AttachPointOf,
  describePoint,
  perfEventHint,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** A program put on a hook: where, and how to take it off. */
export interface Attached {
  readonly point: AttachPoint
  readonly remove: () => void
  /** Said to the user when nothing in the embedded kernel can fire this hook yet. */
  readonly note: string | undefined
  /** Of an iterator: what its program writes about every object there is now. */
  readonly read?: () => Uint8Array
}

/** Puts a program on the hooks of one kind. Throws AttachError with the errno and words libbpf gives. */
export type Attacher<Kind extends AttachKind> = (
  kernel: KernelCore,
  point: AttachPointOf<Kind>,
  attachment: Attachment,
) => Attached

export function noteFor(modelled: boolean, what: string): string | undefined {
  return modelled ? undefined : `nothing in the embedded kernel calls ${what} yet: the program will not run`
}

/** What the kernel says when a program of another type is put on a perf event. Throws AttachError (EINVAL). */
export function requireTypeOfEvent(program: EmbeddedProgram, type: string): void {
  if (program.type === type) return
  throw new AttachError(
    `prog '${program.name}': failed to attach to the perf event: ${errnoText("EINVAL")}`,
    { errno: "EINVAL", hint: perfEventHint(program.type, type) },
  )
}

/** Throws AttachError (EINVAL) for a program that does not go there. */
export function requireType(program: EmbeddedProgram, type: string, point: AttachPoint): void {
  if (program.type === type || (type === "raw_tracepoint" && program.type === "raw_tracepoint_writable"))
    return
  throw new AttachError(
    `prog '${program.name}': a ${program.type} program cannot be attached to ${describePoint(point)}: that takes type ${type} (EINVAL)`,
    { errno: "EINVAL" },
  )
}
