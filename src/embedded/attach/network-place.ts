import { AttachError, SkepError } from "../../base/index.ts"
import { programType } from "../../catalog/index.ts"
import {
  type AttachPoint,
  attachRefusal,
  describePoint,
  needsRelease,
  noInterface,
  wrongType,
} from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { NetDevice } from "../network/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

export const EINVAL = 22

/** Throws AttachError (EINVAL) unless the program is of one of these types. */
export function requireTypes(
  program: EmbeddedProgram,
  point: AttachPoint,
  ...types: readonly string[]
): void {
  if (types.includes(program.type)) return
  const belongs = programType(program.type)?.attachesTo
  throw attachRefusal(program, point, EINVAL, wrongType(program.type, belongs, types))
}

/** Throws AttachError (EINVAL) where the kernel is older than this kind of attachment. */
export function requireRelease(
  kernel: KernelCore,
  program: EmbeddedProgram,
  point: AttachPoint,
  what: string,
  since: string,
  hint?: string,
): void {
  if (kernel.since(since)) return
  throw attachRefusal(program, point, EINVAL, {
    ...needsRelease(what, since, kernel.profile.release),
    ...(hint !== undefined && { hint }),
  })
}

/** The device of this name in the namespace of the task on the CPU. Throws AttachError (ENODEV). */
export function deviceOf(
  kernel: KernelCore,
  program: EmbeddedProgram,
  point: AttachPoint & { readonly interface: string },
): NetDevice {
  const { devices } = kernel.network.current
  const all = [...devices.values()]
  const device = all.find(({ name }) => name === point.interface)
  if (device) return device
  return refusing(program, point, () => {
    throw noInterface(
      point.interface,
      all.map(({ name }) => name),
    )
  })
}

/** Turns the errors of what looks for the place into refusals of this attachment. */
export function refusing<T>(program: EmbeddedProgram, point: AttachPoint, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof SkepError)) throw error
    throw new AttachError(`prog '${program.name}': ${describePoint(point)}: ${error.message}`, {
      ...(error.errno && { errno: error.errno }),
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    })
  }
}
