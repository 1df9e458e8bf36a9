import { AttachError } from "../../base/index.ts"
import {
  type AttachPointOf,
  checkUserCookies,
  findFunctions,
  manyUserFunctionsHint,
} from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import { findBinary } from "../elf/find-binary.ts"
import { withExecutable } from "../elf/open-executable.ts"
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
  const { machine } = host
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
    checkUserCookies(point, functions.length)
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
      throw attachError(
        program,
        "failed to attach multi-uprobe",
        -result,
        manyUserFunctionsHint(
          { version: machine.version, since: release => machine.since(release) },
          program.spec.definition?.attachType,
          point,
        ),
      )
    return linkOf(host, point, result)
  })
}
