import { AttachError, NotModelledError } from "../../base/index.ts"
import { type AttachPoint, attachPointOf, describePoint, otherTypeHint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { missingRight, requireDetachRight } from "./missing-right.ts"
import { attachToNetwork } from "./network.ts"
import { attachKprobe, attachTracepoint } from "./perf-probes.ts"
import { attachProbe } from "./probes.ts"
import { attachRawTracepoint, attachTrace } from "./tracing.ts"

/** The name that system call functions have on each architecture. */
const SYSCALL_PREFIX: Readonly<Record<string, string>> = { x64: "__x64_sys_", arm64: "__arm64_sys_" }

/** Puts a program where `point`, or its section, says. Throws AttachError with Linux's errno and libbpf's words. */
export function attachProgram(
  host: AttachHost,
  program: LoadedProgram,
  wanted: AttachPoint | undefined,
): Attached {
  const point = wanted ?? attachPointOf(program.spec)
  if (!point)
    throw new AttachError(
      `prog '${program.spec.name}': section '${program.spec.section}' names no place to attach (EINVAL)`,
      { errno: "EINVAL", hint: "give attach() an attach point" },
    )
  try {
    const attached = attachAt(host, program, point)
    return {
      ...attached,
      remove() {
        requireDetachRight(host, program, attached.point)
        attached.remove()
      },
    }
  } catch (error) {
    throw explained(host, program, point, error)
  }
}

/** The first thing to know of a refusal: a right that the process lacks, then a type that does not go there. */
function explained(host: AttachHost, program: LoadedProgram, point: AttachPoint, error: unknown): unknown {
  if (!(error instanceof AttachError)) return error
  const { errno, message } = error
  const missing = missingRight(host, program, point)
  if (missing && missing.errno === errno) return new AttachError(message, { ...missing, cause: error })
  const hint = errno === "EINVAL" ? otherTypeHint(point, program.type) : undefined
  return hint === undefined ? error : new AttachError(message, { errno: "EINVAL", hint, cause: error })
}

function attachAt(host: AttachHost, program: LoadedProgram, point: AttachPoint): Attached {
  switch (point.kind) {
    case "kprobe":
      return attachKprobe(host, program, point, {
        symbol: point.function,
        offset: point.offset ?? 0,
        isReturn: false,
      })
    case "kretprobe":
      return attachKprobe(host, program, point, { symbol: point.function, offset: 0, isReturn: true })
    case "ksyscall":
      return attachKprobe(host, program, point, {
        symbol: (SYSCALL_PREFIX[process.arch] ?? "sys_") + point.syscall,
        offset: 0,
        isReturn: point.return ?? false,
      })
    case "tracepoint":
      return attachTracepoint(host, program, point)
    case "rawTracepoint":
      return attachRawTracepoint(host, program, point)
    case "trace":
      return attachTrace(host, program, point)
    case "kprobeMulti":
    case "uprobe":
    case "uretprobe":
    case "uprobeMulti":
    case "usdt":
    case "perfEvent":
    case "iter":
      return attachProbe(host, program, point)
    case "xdp":
    case "tc":
    case "tcx":
    case "netkit":
    case "cgroup":
    case "netns":
    case "socket":
    case "sockmap":
    case "lwt":
    case "netfilter":
    case "lirc":
      return attachToNetwork(host, program, point)
    case "section":
      throw new NotModelledError(
        `prog '${program.spec.name}': attaching to ${describePoint(point)} is not supported on the Linux kernel yet`,
      )
    default:
      return point satisfies never
  }
}
