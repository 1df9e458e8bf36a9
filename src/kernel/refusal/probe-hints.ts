import type { ProgramTypeName } from "../../catalog/index.ts"
import type { AttachKind, AttachPoint } from "../attach-point.ts"

const [EINVAL, EILSEQ] = [22, 84]

/** Why no probe can stand at a place of a function that is there, by the errno. */
export function probeHint(symbol: string, number: number): string | undefined {
  if (number === EINVAL)
    return `${symbol} is on the kernel's kprobe blacklist: probes are not allowed in it (/sys/kernel/debug/kprobes/blacklist)`
  if (number === EILSEQ) return `${symbol} has no instruction that begins there; its start is offset 0`
  return undefined
}

const PROBES: readonly ProgramTypeName[] = ["kprobe"]
const TYPES: { readonly [Kind in AttachKind]?: readonly ProgramTypeName[] } = {
  kprobe: PROBES,
  kretprobe: PROBES,
  ksyscall: PROBES,
  kprobeMulti: PROBES,
  uprobe: PROBES,
  uretprobe: PROBES,
  uprobeMulti: PROBES,
  usdt: PROBES,
  tracepoint: ["tracepoint"],
  rawTracepoint: ["raw_tracepoint", "raw_tracepoint_writable"],
  perfEvent: ["perf_event"],
  iter: ["tracing"],
  trace: ["tracing", "lsm", "ext"],
}

/** Why a program of another type does not go on a hook of tracing; undefined for one that does. */
export function otherTypeHint({ kind }: AttachPoint, type: string): string | undefined {
  const types: readonly string[] | undefined = TYPES[kind]
  if (!types || types.includes(type)) return undefined
  return `it is a ${type} program, and ${types.join(", ")} programs go there`
}
