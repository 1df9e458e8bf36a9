import { readFileSync } from "node:fs"
import { AttachError, nearestNames } from "../../base/index.ts"
import { type AttachPoint, probeHint } from "../../kernel/index.ts"
import { LINK_CREATE } from "../bpf/attributes.ts"
import { closeFd, Descriptor } from "../ffi/descriptor.ts"
import {
  openPerfEvent,
  type PERF_EVENT_ATTR,
  PERF_IOCTL,
  type PerfTarget,
  perfIoctl,
} from "../ffi/perf-event.ts"
import type { Values } from "../ffi/structure.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, attachError } from "./attached.ts"

const ENOENT = 2
const TRACEPOINT = 2
/** BPF_PERF_EVENT of enum bpf_attach_type. */
const PERF_EVENT_ATTACH = 41
/** Every process on one CPU: the kernel fires a probe wherever it is hit. */
const ANYWHERE: PerfTarget = { pid: -1, cpu: 0 }
const EVENT_SOURCES = "/sys/bus/event_source/devices"

/** kprobes and kretprobes, also on system calls. */
export function attachKprobe(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
  where: { readonly symbol: string; readonly offset: number; readonly isReturn: boolean },
): Attached {
  const { symbol, offset, isReturn } = where
  const kind = isReturn ? "kretprobe" : "kprobe"
  const result = openPerfEvent(
    host.bpf.native,
    { ...probeSource("kprobe", isReturn), config2: offset },
    ANYWHERE,
    symbol,
  )
  if (result < 0) {
    const place = `${symbol}+0x${offset.toString(16)}`
    throw attachError(
      program,
      `failed to create ${kind} '${place}' perf event`,
      -result,
      hintFor(host, symbol, -result),
    )
  }
  return attachToEvent(host, program, point, result)
}

/** uprobes and uretprobes: `offset` is the place in the file. */
export function attachUprobe(
  host: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
  where: {
    readonly path: string
    readonly offset: number
    readonly pid: number
    readonly isReturn: boolean
    readonly semaphore?: number
  },
): Attached {
  const { path, offset, pid, isReturn, semaphore = 0 } = where
  const source = probeSource("uprobe", isReturn)
  const config = BigInt(source.config ?? 0) | (BigInt(semaphore) << 32n)
  const target = pid < 0 ? ANYWHERE : { pid, cpu: -1 }
  const result = openPerfEvent(host.bpf.native, { ...source, config, config2: offset }, target, path)
  if (result < 0) {
    const kind = isReturn ? "uretprobe" : "uprobe"
    throw attachError(
      program,
      `failed to create ${kind} '${path}:0x${offset.toString(16)}' perf event`,
      -result,
    )
  }
  return attachToEvent(host, program, point, result)
}

/** A trace event: events/<category>/<name>/id of tracefs. */
export function attachTracepoint(
  host: AttachHost,
  program: LoadedProgram,
  point: Extract<AttachPoint, { kind: "tracepoint" }>,
): Attached {
  const { category, name } = point
  let id: number
  try {
    id = Number(readFileSync(`${host.machine.tracefs}/events/${category}/${name}/id`, "latin1"))
  } catch (cause) {
    throw new AttachError(
      `prog '${program.spec.name}': failed to determine tracepoint '${category}/${name}' perf event ID: No such file or directory`,
      { errno: "ENOENT", hint: "available_events of tracefs lists what there is", cause },
    )
  }
  const result = openPerfEvent(host.bpf.native, { type: TRACEPOINT, config: id }, ANYWHERE)
  if (result < 0)
    throw attachError(program, `failed to open tracepoint '${category}/${name}' perf event`, -result)
  return attachToEvent(host, program, point, result)
}

/** Puts a program on a perf event: by link since 5.15, by ioctl before. Takes over the event's descriptor. */
export function attachToEvent(
  { bpf, machine }: AttachHost,
  program: LoadedProgram,
  point: AttachPoint,
  fd: number,
): Attached {
  const { native } = bpf
  const event = new Descriptor(native, fd)
  const values = {
    prog_fd: program.descriptor.fd,
    target_fd: fd,
    attach_type: PERF_EVENT_ATTACH,
    bpf_cookie: point.cookie ?? 0n,
  }
  const link = machine.since("5.15")
    ? bpf.try("BPF_LINK_CREATE", LINK_CREATE.perfEvent, values).result
    : perfIoctl(native, event, PERF_IOCTL.setBpf, program.descriptor.fd)
  const enabled = link < 0 ? link : perfIoctl(native, event, PERF_IOCTL.enable)
  if (enabled < 0) {
    if (link > 0) closeFd(native, link)
    event.close()
    throw attachError(program, "failed to attach to the perf event", -enabled)
  }
  const isLink = machine.since("5.15")
  return {
    point,
    fd: isLink ? link : fd,
    isLink,
    remove() {
      perfIoctl(native, event, PERF_IOCTL.disable)
      if (isLink) closeFd(native, link)
      event.close()
    },
  }
}

/** The perf type of dynamic probes, and the bit that asks for returns: both vary by kernel. */
function probeSource(kind: "kprobe" | "uprobe", isReturn: boolean): Values<typeof PERF_EVENT_ATTR> {
  let type: number
  let bit: number
  try {
    type = Number(readFileSync(`${EVENT_SOURCES}/${kind}/type`, "latin1"))
    bit = Number(/config:(\d+)/.exec(readFileSync(`${EVENT_SOURCES}/${kind}/format/retprobe`, "latin1"))?.[1])
  } catch (cause) {
    throw new AttachError(`this kernel has no ${kind}s (ENOENT)`, {
      errno: "ENOENT",
      hint: `build it with CONFIG_${kind.toUpperCase()}_EVENTS=y`,
      cause,
    })
  }
  return { type, config: isReturn ? 1n << BigInt(bit) : 0n }
}

function hintFor({ machine }: AttachHost, symbol: string, number: number): string | undefined {
  if (number === ENOENT || !machine.hasSymbol(symbol)) {
    const nearest = nearestNames(symbol, machine.symbols().keys())
    return `${symbol} is no symbol of ${machine.version}: inlined, renamed or absent${nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : ""}`
  }
  return probeHint(symbol, number)
}
