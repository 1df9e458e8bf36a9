import { AttachError, errnoName, errorText, type SkepError } from "../../base/index.ts"
import { type AttachPoint, describePoint } from "../attach-point.ts"

export interface Reason {
  /** Which rule, with which values; the text of the errno when left out. */
  readonly said?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** What a kernel refused: "prog 'pass': xdp eth0: a program is already attached (id 946) (EBUSY)". */
export function attachRefusal(
  program: { readonly spec: { readonly name: string } },
  point: AttachPoint,
  number: number,
  { said, hint, cause }: Reason = {},
): AttachError {
  const errno = errnoName(number)
  const name = errno ?? `error ${number}`
  return new AttachError(
    `prog '${program.spec.name}': ${describePoint(point)}: ${said ?? errorText(number)} (${name})`,
    {
      ...(errno && { errno }),
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    },
  )
}

/** What was wrong with the place itself: its words behind program and point. */
export function refusedAt(
  program: { readonly spec: { readonly name: string } },
  point: AttachPoint,
  error: SkepError,
): AttachError {
  return new AttachError(`prog '${program.spec.name}': ${describePoint(point)}: ${error.message}`, {
    ...(error.errno && { errno: error.errno }),
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}
