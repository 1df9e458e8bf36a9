import { AttachError, type Errno } from "../../base/index.ts"
import type { AttachPointOf } from "../attach-point.ts"

type ManyFunctions = AttachPointOf<"kprobeMulti">

/** What does not go together in one attachment, whatever the kernel. Throws AttachError. */
export function checkManyFunctions({
  functions,
  cookies,
  session,
  return: isReturn,
}: Pick<ManyFunctions, "functions" | "cookies" | "session" | "return">): void {
  if (session && isReturn)
    throw new AttachError("a session is no return probe: it sees both (EINVAL)", { errno: "EINVAL" })
  if (cookies && (typeof functions === "string" || cookies.length !== functions.length))
    throw new AttachError("cookies are given with a list of functions of the same length (EINVAL)", {
      errno: "EINVAL",
    })
}

/** A pattern that no function fits. */
export function noFunctionFits(pattern: string): AttachError {
  return new AttachError(`no traceable function matches '${pattern}' (ENOENT)`, {
    errno: "ENOENT",
    hint: "available_filter_functions of tracefs lists what there is",
  })
}

/** What is known of a kernel that refused. */
export interface RefusingKernel {
  readonly version: string
  readonly hasFprobe: boolean
  since(release: string): boolean
}

/** Why a kernel refuses kprobe.multi or kprobe.session, with what to do. */
export function manyFunctionsHint(
  { version, hasFprobe, since }: RefusingKernel,
  attachType: string | undefined,
  point: ManyFunctions,
  errno: Errno | undefined,
): string | undefined {
  if (!hasFprobe)
    return `${version} was built without CONFIG_FPROBE: attach each function by a kprobe of its own`
  const [what, first] = point.session ? ["kprobe sessions", "6.10"] : ["multi-kprobe links", "5.18"]
  if (!since(first)) return `${what} need Linux ${first}, this is ${version}`
  const wanted = point.session ? "trace_kprobe_session" : "trace_kprobe_multi"
  if (attachType !== wanted)
    return `the program was loaded as ${attachType ?? "a plain kprobe"}: put it in a section kprobe.${point.session ? "session" : "multi"}`
  return errno === "ENOENT"
    ? "one of the functions is not traceable: available_filter_functions of tracefs lists those that are"
    : undefined
}
