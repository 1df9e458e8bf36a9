import { type AttachError, errnoNumber } from "../../base/index.ts"
import {
  type AttachPoint,
  type AttachQuestion,
  attachRefusal,
  detachRefusal,
  type MissingRight,
  missingToAttach,
  missingToDetach,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

/**
 * Stands where a system call begins that attaches: behind what is looked up in user space (devices, files, symbols of binaries),
 * before everything that the kernel looks at. Throws AttachError where the task on the CPU lacks a capability, in the words
 * that `refuse` has for it.
 */
export function requireAttachRight(
  kernel: KernelCore,
  program: EmbeddedProgram,
  point: AttachPoint,
  refuse: (missing: MissingRight) => AttachError = ({ errno, hint }) =>
    attachRefusal(program, point, errnoNumber(errno), { hint }),
): void {
  const missing = missingToAttach(question(kernel, program, point))
  if (missing) throw refuse(missing)
}

/** The same for what takes a program off. */
export function requireDetachRight(kernel: KernelCore, program: EmbeddedProgram, point: AttachPoint): void {
  const missing = missingToDetach(question(kernel, program, point))
  if (missing) throw detachRefusal(program, point, missing)
}

function question(kernel: KernelCore, { type }: EmbeddedProgram, point: AttachPoint): AttachQuestion {
  return {
    point,
    programType: type,
    release: kernel.profile.release,
    capabilities: kernel.current.capabilities.held(),
    perfEventParanoid: kernel.perfEventParanoid[0],
  }
}
