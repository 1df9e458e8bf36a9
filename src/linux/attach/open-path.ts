import { AttachError, ERRNO, type Errno } from "../../base/index.ts"
import { type AttachPoint, describePoint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { refusal } from "./refusal.ts"

/** Opens the file that a hook is named by. Throws AttachError with the errno of open(2). */
export function openPath(
  program: LoadedProgram,
  point: AttachPoint,
  open: () => number,
  hint: string,
): number {
  try {
    return open()
  } catch (cause) {
    const { code } = cause as { readonly code?: string }
    if (code !== undefined && code in ERRNO)
      throw refusal(program, point, ERRNO[code as Errno][0], { hint, cause })
    throw new AttachError(`prog '${program.spec.name}': ${describePoint(point)}: cannot be opened`, {
      hint,
      cause,
    })
  }
}
