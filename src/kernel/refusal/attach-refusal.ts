import { AttachError, type Errno, errnoName, errnoNumber, errorText } from "../../base/index.ts"
import { type AttachTypeName, attachType } from "../../catalog/index.ts"
import type { ProgramSpec } from "../../object/index.ts"
import { type AttachPoint, describePoint } from "../attach-point.ts"

export interface AttachReason {
  /** Which rule, with which values; the text of the errno when left out. */
  readonly said?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** What a kernel refused: "prog 'pass': xdp eth0: a program is already attached (id 946) (EBUSY)". `number` is the errno's. */
export function attachRefusal(
  program: string,
  point: AttachPoint,
  number: number,
  { said, hint, cause }: AttachReason = {},
): AttachError {
  const errno: Errno | undefined = errnoName(number)
  const name = errno ?? `error ${number}`
  return new AttachError(
    `prog '${program}': ${describePoint(point)}: ${said ?? errorText(number)} (${name})`,
    {
      ...(errno && { errno }),
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    },
  )
}

/**
 * The attach type that a program was loaded for, from its section. Throws AttachError (EINVAL) for sections that name
 * none, and for programs that do not belong on this kind of hook.
 */
export function wantedAttachType(
  { type, spec }: { readonly type: string; readonly spec: ProgramSpec },
  point: AttachPoint,
  types: (name: AttachTypeName) => boolean,
  examples: string,
): { readonly name: AttachTypeName; readonly number: number } {
  const name = spec.definition?.attachType
  const row = name && attachType(name)
  if (row && types(row.name as AttachTypeName)) return row as { name: AttachTypeName; number: number }
  throw attachRefusal(spec.name, point, errnoNumber("EINVAL"), {
    said: row
      ? `${type} programs of attach type ${row.name} do not run there`
      : `section '${spec.section}' does not say for which hook there the ${type} program is`,
    hint: `name the section after the hook: ${examples}`,
  })
}
