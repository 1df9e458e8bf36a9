import { AttachError, type Errno, errnoNumber, errnoText, NotModelledError } from "../../base/index.ts"
import type { AttachPoint } from "../../kernel/index.ts"
import { probeHint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { entryMarker } from "../tracing/function-probes.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { isModelled } from "../tracing/kernel-function.ts"
import { syscallFunction } from "../tracing/syscall.ts"
import { type Attached, type Attacher, noteFor, requireTypeOfEvent } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

export const attachKprobe: Attacher<"kprobe"> = (kernel, point, attachment) =>
  attachProbe(kernel, point, attachment, point.function, point.offset ?? 0, "kprobe")

export const attachKretprobe: Attacher<"kretprobe"> = (kernel, point, attachment) =>
  attachProbe(kernel, point, attachment, point.function, 0, "kretprobe")

export const attachKsyscall: Attacher<"ksyscall"> = (kernel, point, attachment) => {
  const where = point.return ? "kretprobe" : "kprobe"
  return attachProbe(kernel, point, attachment, syscallFunction(kernel, point.syscall), 0, where)
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
  const fail = (errno: Errno, hint?: string): AttachError =>
    new AttachError(
      `prog '${program.name}': failed to create ${where} '${symbol}+0x${offset.toString(16)}' perf event: ${errnoText(errno)}`,
      hint === undefined ? { errno } : { errno, hint },
    )
  const { profile } = kernel
  requireAttachRight(kernel, program, point, ({ errno, hint }) => fail(errno, hint))
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
  if (profile.isBlacklisted(symbol)) throw fail("EINVAL", probeHint(symbol, errnoNumber("EINVAL")))
  if (offset !== 0) requireInstruction(kernel, program, symbol, offset, fail)
  requireTypeOfEvent(program, point)
  const remove = kernel.hooks.addFunction(symbol, where, { ...attachment, offset })
  return { point, remove, note: noteFor(isModelled(symbol), symbol) }
}

/** What a function begins with is known: its marker, and what ftrace may make a call of. */
function requireInstruction(
  kernel: KernelCore,
  program: EmbeddedProgram,
  symbol: string,
  offset: number,
  fail: (errno: Errno, hint?: string) => AttachError,
): void {
  const site = kernel.functions.site(symbol)
  const start = site ? entryMarker(kernel, site) : 0
  const found = kernel.architecture.insideFunction(offset, start, kernel.profile.isTraceable(symbol))
  if (found === "start") return
  if (found) throw fail(found, probeHint(symbol, errnoNumber(found)))
  throw new NotModelledError(
    `prog '${program.name}': the embedded kernel has no instructions inside ${symbol}, so offset 0x${offset.toString(16)} cannot be probed`,
    { hint: `offset 0 is the function's start${start === 0 ? "" : `, and so is 0x${start.toString(16)}`}` },
  )
}
