import { AttachError } from "../../base/index.ts"
import type { AttachPointOf } from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import { withExecutable } from "../elf/executable.ts"
import { findBinary } from "../elf/find-binary.ts"
import { findFunctions } from "../elf/symbols.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, attachError, named } from "./attached.ts"
import { linkOf } from "./tracing.ts"

const [TRACE_UPROBE_MULTI, TRACE_UPROBE_SESSION] = [48, 57]
const BPF_F_UPROBE_MULTI_RETURN = 1

/** uprobe.multi, uretprobe.multi, uprobe.session: many functions of one file by a single link (6.6; sessions 6.13). */
export function attachUprobeMulti(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"uprobeMulti">,
): Attached {
  const { cookies, pid = -1, session = false } = point
  if (session && point.return)
    throw new AttachError(
      `prog '${program.spec.name}': a session is no return probe: it sees both (EINVAL)`,
      {
        errno: "EINVAL",
      },
    )
  return named(program, () => {
    const path = findBinary(point.binary, pid)
    const functions = withExecutable(path, file => findFunctions(file, point.functions))
    if (cookies && (typeof point.functions === "string" || cookies.length !== functions.length))
      throw new AttachError(
        `${cookies.length} cookies for ${functions.length} functions: give both as lists of the same length (EINVAL)`,
        { errno: "EINVAL" },
      )
    const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.uprobeMulti, {
      prog_fd: program.descriptor.fd,
      attach_type: session ? TRACE_UPROBE_SESSION : TRACE_UPROBE_MULTI,
      path,
      offsets: functions.map(({ offset }) => offset),
      cnt: functions.length,
      ...((cookies ?? point.cookie) && { cookies: cookies ?? functions.map(() => point.cookie ?? 0n) }),
      ...(point.return && { multi_flags: BPF_F_UPROBE_MULTI_RETURN }),
      ...(pid >= 0 && { pid: pid === 0 ? process.pid : pid }),
    })
    if (result < 0)
      throw attachError(program, "failed to attach multi-uprobe", -result, hintFor(host, program, point))
    return linkOf(host, point, result)
  })
}

function hintFor(
  { machine }: AttachHost,
  { spec }: LoadedProgram,
  point: AttachPointOf<"uprobeMulti">,
): string | undefined {
  const [what, since] = point.session ? ["uprobe sessions", "6.13"] : ["multi-uprobe links", "6.6"]
  if (!machine.since(since))
    return `${what} need Linux ${since}, this is ${machine.version}: attach each function by a uprobe of its own`
  const wanted = point.session ? "trace_uprobe_session" : "trace_uprobe_multi"
  return spec.definition?.attachType === wanted
    ? undefined
    : `the program was loaded as ${spec.definition?.attachType ?? "a plain uprobe"}: put it in a section uprobe.${point.session ? "session" : "multi"}`
}
