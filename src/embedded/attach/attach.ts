import { AttachError, didYouMean, type Errno, errnoText, NotModelledError } from "../../base/index.ts"
import { type AttachPoint, attachPointOf, describePoint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { ENTRY_MARKER, FTRACE_NOP, hasEntryMarker, isModelled } from "../tracing/kernel-function.ts"
import { SYSCALL_EVENTS, SYSCALL_PREFIX } from "../tracing/syscall.ts"
import { isTracepointModelled } from "../tracing/tracepoint.ts"

/** A program put on a hook: where, and how to take it off. */
export interface Attached {
  readonly point: AttachPoint
  readonly remove: () => void
  /** Said to the user when nothing in the embedded kernel can fire this hook yet. */
  readonly note: string | undefined
}

/** Puts a program where `point` (or its section) says. Throws AttachError with the errno and words libbpf gives. */
export function attachProgram(
  kernel: KernelCore,
  program: EmbeddedProgram,
  wanted: AttachPoint | undefined,
): Attached {
  const point = wanted ?? attachPointOf(program.spec)
  if (!point)
    throw new AttachError(
      `prog '${program.name}': section '${program.spec.section}' names no place to attach`,
      {
        errno: "EINVAL",
        hint: "give attach() an attach point",
      },
    )
  const attachment: Attachment = { program, cookie: point.cookie ?? 0n, offset: 0 }
  switch (point.kind) {
    case "kprobe":
      return attachProbe(kernel, point, attachment, point.function, point.offset ?? 0, "kprobe")
    case "kretprobe":
      return attachProbe(kernel, point, attachment, point.function, 0, "kretprobe")
    case "ksyscall":
      return attachProbe(
        kernel,
        point,
        attachment,
        SYSCALL_PREFIX + point.syscall,
        0,
        point.return ? "kretprobe" : "kprobe",
      )
    case "tracepoint":
      return attachEvent(kernel, point, attachment)
    case "rawTracepoint":
      return attachRaw(kernel, point, attachment)
    case "trace":
      return attachTrace(kernel, point, attachment)
    default:
      throw new NotModelledError(
        `prog '${program.name}': attaching to ${describePoint(point)} is not modelled by the embedded kernel yet`,
      )
  }
}

function attachProbe(
  kernel: KernelCore,
  point: AttachPoint,
  attachment: Attachment,
  symbol: string,
  offset: number,
  where: "kprobe" | "kretprobe",
): Attached {
  const { program } = attachment
  requireType(program, "kprobe", point)
  const fail = (errno: Errno, hint?: string): AttachError =>
    new AttachError(
      `prog '${program.name}': failed to create ${where} '${symbol}+0x${offset.toString(16)}' perf event: ${errnoText(errno)}`,
      hint === undefined ? { errno } : { errno, hint },
    )
  const { profile } = kernel
  if (!profile.symbols().find(symbol)) {
    const nearest = profile.nearestFunctions(symbol)
    throw fail(
      "ENOENT",
      `${symbol} is no symbol of ${profile.version}: inlined, renamed or absent${nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : ""}`,
    )
  }
  if (profile.symbols().findAll(symbol).length > 1)
    throw fail(
      "EADDRNOTAVAIL",
      `${profile.version} has more than one function ${symbol}, so the name is not enough`,
    )
  if (profile.isBlacklisted(symbol))
    throw fail("EINVAL", `${symbol} is on the kernel's kprobe blacklist: probes are not allowed in it`)
  if (offset !== 0) requireInstruction(kernel, program, symbol, offset, fail)
  const remove = kernel.hooks.addFunction(symbol, where, { ...attachment, offset })
  return { point, remove, note: noteFor(isModelled(symbol), symbol) }
}

/**
 * What a function begins with is known where ftrace can attach: an entry marker on some, and a no-op of 5 bytes. A
 * probe on the no-op is one on the function's start; inside either there is no instruction (EILSEQ).
 */
function requireInstruction(
  kernel: KernelCore,
  program: EmbeddedProgram,
  symbol: string,
  offset: number,
  fail: (errno: Errno, hint?: string) => AttachError,
): void {
  const site = kernel.functions.site(symbol)
  const start = site && hasEntryMarker(kernel, site) ? ENTRY_MARKER : 0
  const isKnown = kernel.profile.isTraceable(symbol)
  if (isKnown && offset === start) return
  if (isKnown && offset < start + FTRACE_NOP)
    throw fail("EILSEQ", `${symbol} has no instruction that begins there; its start is offset 0`)
  throw new NotModelledError(
    `prog '${program.name}': the embedded kernel has no instructions inside ${symbol}, so offset 0x${offset.toString(16)} cannot be probed`,
    { hint: `offset 0 is the function's start${start === 0 ? "" : `, and so is 0x${start.toString(16)}`}` },
  )
}

function attachEvent(
  kernel: KernelCore,
  point: Extract<AttachPoint, { kind: "tracepoint" }>,
  attachment: Attachment,
): Attached {
  const { program } = attachment
  const { category, name } = point
  requireType(program, "tracepoint", point)
  if (!kernel.profile.tracepoint(category, name))
    throw new AttachError(
      `prog '${program.name}': failed to determine tracepoint '${category}/${name}' perf event ID: ${errnoText("ENOENT")}`,
      { errno: "ENOENT", hint: nearestEvents(kernel, category, name) },
    )
  if (category === "syscalls") {
    const side = name.startsWith("sys_exit_") ? "sys_exit" : "sys_enter"
    const syscall = name.slice(side.length + 1)
    const remove = kernel.hooks.addEvent(side, SYSCALL_EVENTS, { ...attachment, event: name })
    return { point, remove, note: noteFor(isModelled(SYSCALL_PREFIX + syscall), `${syscall}(2)`) }
  }
  const remove = kernel.hooks.addEvent(name, `${category}/${name}`, attachment)
  return { point, remove, note: noteFor(isTracepointModelled(name), `${category}/${name}`) }
}

function nearestEvents(kernel: KernelCore, category: string, name: string): string {
  const events = kernel.profile.tracepoints()
  const elsewhere = events
    .filter(event => event.name === name)
    .map(event => `${event.category}/${event.name}`)
  if (elsewhere.length > 0) return `did you mean ${elsewhere.join(" or ")}?`
  const inCategory = events.filter(event => event.category === category).map(event => event.name)
  if (inCategory.length === 0) return `there is no category ${category} in available_events`
  return didYouMean(name, inCategory) ?? `category ${category} has no event ${name}`
}

function attachRaw(
  kernel: KernelCore,
  point: Extract<AttachPoint, { kind: "rawTracepoint" }>,
  attachment: Attachment,
): Attached {
  const { program } = attachment
  requireType(program, "raw_tracepoint", point)
  const exists = kernel.profile.btf().find(`btf_trace_${point.name}`, "typedef") !== undefined
  if (!exists)
    throw new AttachError(
      `prog '${program.name}': failed to open raw tracepoint '${point.name}': ${errnoText("ENOENT")}`,
      {
        errno: "ENOENT",
        hint: "raw tracepoints are named without their category, such as raw_tp/sched_process_exec",
      },
    )
  const remove = kernel.hooks.addRaw(point.name, attachment)
  return { point, remove, note: noteFor(isTracepointModelled(point.name), point.name) }
}

function attachTrace(kernel: KernelCore, point: AttachPoint, attachment: Attachment): Attached {
  const { program } = attachment
  const { target, spec } = program
  if (!target && spec.definition?.attachByBtf)
    throw new NotModelledError(
      `prog '${program.name}': attach type ${spec.definition.attachType} is not modelled by the embedded kernel yet`,
    )
  if (!target)
    throw new AttachError(`prog '${program.name}': a ${program.type} program has no BTF target (EINVAL)`, {
      errno: "EINVAL",
    })
  if (target.kind === "tp_btf") {
    const remove = kernel.hooks.addRaw(target.tracepoint, attachment)
    return { point, remove, note: noteFor(isTracepointModelled(target.tracepoint), target.tracepoint) }
  }
  if (!kernel.profile.isTraceable(target.symbol))
    throw new AttachError(`prog '${program.name}': failed to attach: ${errnoText("EINVAL")}`, {
      errno: "EINVAL",
      hint: `${target.symbol} is in the kernel's BTF but not in available_filter_functions: nothing can be attached to it`,
    })
  const remove = kernel.hooks.addFunction(target.symbol, target.kind, attachment)
  return { point, remove, note: noteFor(isModelled(target.symbol), target.symbol) }
}

function noteFor(modelled: boolean, what: string): string | undefined {
  return modelled ? undefined : `nothing in the embedded kernel calls ${what} yet: the program will not run`
}

function requireType(program: EmbeddedProgram, type: string, point: AttachPoint): void {
  if (program.type === type || (type === "raw_tracepoint" && program.type === "raw_tracepoint_writable"))
    return
  throw new AttachError(
    `prog '${program.name}': a ${program.type} program cannot be attached to ${describePoint(point)}: that takes type ${type} (EINVAL)`,
    { errno: "EINVAL" },
  )
}
