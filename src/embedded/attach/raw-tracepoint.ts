import { AttachError, errnoText } from "../../base/index.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"
import { type Attacher, noteFor, requireType } from "./attached.ts"

/** Tracepoints whose first argument programs may change, and how many bytes of it. */
const WRITABLE_BYTES: Readonly<Record<string, number>> = { bpf_test_finish: 4, nbd_send_request: 28 }

export const attachRawTracepoint: Attacher<"rawTracepoint"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireType(program, point, `failed to open raw tracepoint '${point.name}'`)
  const exists = kernel.profile.btf().find(`btf_trace_${point.name}`, "typedef") !== undefined
  if (!exists)
    throw new AttachError(
      `prog '${program.name}': failed to open raw tracepoint '${point.name}': ${errnoText("ENOENT")}`,
      {
        errno: "ENOENT",
        hint: "raw tracepoints are named without their category, such as raw_tp/sched_process_exec",
      },
    )
  const reach = program.reach?.tracepoint ?? 0
  const writable = WRITABLE_BYTES[point.name] ?? 0
  if (reach > writable)
    throw new AttachError(
      `prog '${program.name}': failed to open raw tracepoint '${point.name}': ${errnoText("EINVAL")}`,
      {
        errno: "EINVAL",
        hint: `the program touches ${reach} bytes of what the tracepoint gives to write, which has ${writable}`,
      },
    )
  const remove = kernel.hooks.addRaw(point.name, attachment)
  return { point, remove, note: noteFor(isTracepointModelled(point.name), point.name) }
}
