import { PLAIN_CALL_PREFIX } from "../architecture/index.ts"
import type { HookFacts, KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { FunctionSite } from "./function-sites.ts"
import type { FunctionHooks, MultiAttachment } from "./hooks.ts"
import { functionRegisters } from "./pt-regs.ts"
import { type Surroundings, TRACE_FLAGS } from "./trace-flags.ts"

/** How a function was called. */
interface Call {
  readonly args: readonly bigint[]
  /** It has a trampoline with programs too. */
  readonly shared: boolean
  readonly atEntry: Surroundings
}

/** What waits for the function's return: with what it returns, or undefined when it never does. */
type AtReturn = (returned: bigint | undefined) => void

/** Bytes of the marker that functions begin with which may be called through pointers: 0 where there is none. */
export function entryMarker({ architecture, profile }: KernelCore, { global }: FunctionSite): number {
  const { entryMarker: marker } = architecture
  return global && marker && profile.config(marker.option) === "y" ? marker.bytes : 0
}

/**
 * Runs the probes that ftrace calls at a function's entry: what registered last comes first, and all kprobes share one
 * registration. At return they are met the other way round.
 */
export function enterProbes(
  kernel: KernelCore,
  site: FunctionSite,
  hooks: FunctionHooks,
  call: Call,
): AtReturn {
  const { kprobesSince } = kernel.hooks
  const later = hooks.multi.filter(({ order }) => order > kprobesSince).toReversed()
  const earlier = hooks.multi.filter(({ order }) => order < kprobesSince).toReversed()
  const atReturn = [
    ...later.map(each => enterMulti(kernel, site, each, call)),
    enterKprobes(kernel, site, hooks, call),
    ...earlier.map(each => enterMulti(kernel, site, each, call)),
  ]
  return returned => {
    for (const each of atReturn.toReversed()) each(returned)
  }
}

function enterKprobes(
  kernel: KernelCore,
  site: FunctionSite,
  { kprobe, kretprobe }: FunctionHooks,
  { args, shared, atEntry }: Call,
): AtReturn {
  const facts = { functionAddress: site.address }
  const waiting = [...kretprobe]
  const { breakpointMasksInterrupts, returnBreakpointSince } = kernel.architecture
  const around = breakpointMasksInterrupts ? { ...atEntry, interruptsOff: true } : atEntry
  const interruptsOff = returnBreakpointSince !== undefined && kernel.since(returnBreakpointSince)
  for (const probe of kprobe.toReversed()) {
    const regs = functionRegisters(kernel, probeAddress(kernel, site, probe.offset), args)
    if (site.symbol.startsWith(PLAIN_CALL_PREFIX)) keepCallArguments(kernel, regs, args)
    kernel.run(probe, regs.address, { ...facts, traceFlags: TRACE_FLAGS.kprobe(shared, around) })
    regs.free()
  }
  return returned => {
    if (returned === undefined) return
    for (const probe of waiting)
      runAtReturn(kernel, site, probe, returned, {
        ...facts,
        traceFlags: TRACE_FLAGS.kretprobe({ interruptsOff }),
      })
  }
}

/** Registers that user space gave a system call its arguments in, which its function finds as they were. */
function keepCallArguments({ architecture }: KernelCore, regs: KernelObject, args: readonly bigint[]): void {
  architecture.registers.callArguments.forEach((register, index) => {
    regs.set(register, args[index] ?? 0n)
  })
}

/** What the instruction pointer shows in a kprobe, which is moved behind the entry marker. */
function probeAddress(kernel: KernelCore, site: FunctionSite, offset: number): bigint {
  const moved = offset === 0 ? entryMarker(kernel, site) : offset
  return site.address + BigInt(moved) + kernel.architecture.breakpoint
}

const COOKIE_BYTES = 8

/** A session that answers something else than 0 at entry does not want the return. Both have 8 bytes in common. */
function enterMulti(
  kernel: KernelCore,
  site: FunctionSite,
  attachment: MultiAttachment,
  { args, atEntry }: Call,
): AtReturn {
  const isSession = attachment.on === "session"
  const cookie = isSession ? kernel.memory.alloc(COOKIE_BYTES) : 0
  const facts = (isReturn: boolean): HookFacts => ({
    functionAddress: site.address,
    traceFlags: isReturn ? TRACE_FLAGS.kretprobe() : TRACE_FLAGS.kprobe(false, atEntry),
    ...(isSession && { session: { cookie, isReturn } }),
  })
  let wantsReturn = attachment.on === "return"
  if (!wantsReturn) {
    const regs = functionRegisters(kernel, behindFtraceCall(kernel, site), args)
    const answer = kernel.run(attachment, regs.address, facts(false))
    wantsReturn = isSession && answer === 0n
    regs.free()
  }
  return returned => {
    if (wantsReturn && returned !== undefined) runAtReturn(kernel, site, attachment, returned, facts(true))
    if (isSession) kernel.memory.free(cookie)
  }
}

/** What the instruction pointer shows in a kprobe.multi program: behind the call of ftrace. */
function behindFtraceCall(kernel: KernelCore, site: FunctionSite): bigint {
  return site.address + BigInt(entryMarker(kernel, site) + kernel.architecture.ftraceCall)
}

function runAtReturn(
  kernel: KernelCore,
  site: FunctionSite,
  attachment: FunctionHooks["kretprobe"][number],
  returned: bigint,
  facts: HookFacts,
): void {
  const regs = functionRegisters(kernel, site.address, [])
  regs.set(kernel.architecture.registers.result, returned)
  kernel.run(attachment, regs.address, facts)
  regs.free()
}
