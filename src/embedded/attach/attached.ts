import { AttachError, type Errno, errnoText } from "../../base/index.ts"
import { type AttachKind, type AttachPoint, type AttachPointOf, otherTypeHint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** A program put on a hook: where, and how to take it off. */
export interface Attached {
  readonly point: AttachPoint
  readonly remove: () => void
  /** Puts another program in its place, where links of this kind allow that; the errno when not. */
  readonly update?: (program: EmbeddedProgram) => Errno | undefined
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

/** Hooks that find the program through its attachment. */
export function replacing(attachment: Attachment): NonNullable<Attached["update"]> {
  return program => {
    attachment.program = program
    return undefined
  }
}

/** What the kernel says of a program of another type, behind what it was asked to do. Throws AttachError (EINVAL). */
export function requireType(program: EmbeddedProgram, point: AttachPoint, action: string): void {
  const hint = otherTypeHint(point, program.type)
  if (hint === undefined) return
  throw new AttachError(`prog '${program.name}': ${action}: ${errnoText("EINVAL")}`, {
    errno: "EINVAL",
    hint,
  })
}

/** The same of one that is put on a perf event. */
export function requireTypeOfEvent(program: EmbeddedProgram, point: AttachPoint): void {
  requireType(program, point, "failed to attach to the perf event")
}
