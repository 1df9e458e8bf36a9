import { attachType } from "../../catalog/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import { LINK_CREATE, RAW_TRACEPOINT_OPEN } from "../bpf/attributes.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, attachError } from "./attached.ts"

/** raw_tp: by name. */
export function attachRawTracepoint(
  host: AttachHost,
  program: LoadedProgram,
  point: Extract<AttachPoint, { kind: "rawTracepoint" }>,
): Attached {
  const values = {
    name: point.name,
    prog_fd: program.descriptor.fd,
    ...(point.cookie && { cookie: point.cookie }),
  }
  const { result } = host.bpf.try("BPF_RAW_TRACEPOINT_OPEN", RAW_TRACEPOINT_OPEN, values, 16)
  if (result < 0)
    throw attachError(
      program,
      `failed to open raw tracepoint '${point.name}'`,
      -result,
      result === -2
        ? "raw tracepoints are named without their category, such as raw_tp/sched_process_exec"
        : undefined,
    )
  return linkOf(host, point, result)
}

/** fentry, fexit, fmod_ret, tp_btf, lsm, freplace: what the program was loaded for. By link where the kernel takes one. */
export function attachTrace(host: AttachHost, program: LoadedProgram, point: AttachPoint): Attached {
  const prog_fd = program.descriptor.fd
  const expected = program.spec.definition?.attachType
  const attach_type = expected ? (attachType(expected)?.number ?? 0) : 0
  const byLink = host.bpf.try(
    "BPF_LINK_CREATE",
    LINK_CREATE.tracing,
    { prog_fd, attach_type, ...(point.cookie && { cookie: point.cookie }) },
    16,
  )
  const EINVAL = 22
  const { result } =
    byLink.result === -EINVAL && point.cookie === undefined
      ? host.bpf.try("BPF_RAW_TRACEPOINT_OPEN", RAW_TRACEPOINT_OPEN, { prog_fd }, 16)
      : byLink
  if (result < 0) throw attachError(program, "failed to attach", -result)
  return linkOf(host, point, result)
}

/** An attachment that is a BPF link and nothing else. */
export function linkOf({ bpf }: AttachHost, point: AttachPoint, fd: number): Attached {
  return { point, fd, isLink: true, remove: () => closeFd(bpf.native, fd) }
}
