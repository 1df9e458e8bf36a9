import { errnoNumber } from "../../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import type { KernelCore } from "../../core.ts"
import type { NetNamespace } from "../../network/index.ts"
import { fieldOffsets } from "../../packets/index.ts"
import { FAMILY, TCP } from "../constants.ts"
import type { Socket } from "../socket.ts"
import type { Ends } from "../transport-headers.ts"

const FIELD = fieldOffsets("bpf_sk_lookup")
const { size: CONTEXT } = CONTEXT_LAYOUTS.bpf_sk_lookup
const SK_PASS = 1n
/** In the softirq that takes packets in. */
const TRACE_FLAGS = "..s21"
/** BPF_SK_LOOKUP_F_*. */
const FLAG = { replace: 1, alone: 2 } as const

export interface LookedUp {
  readonly socket: Socket
  /** Without a choice among those that share its port. */
  readonly isAlone: boolean
}

/** What a program of a running lookup has chosen, by the address of its context. */
const running = new Map<number, { family: number; protocol: number; chosen: LookedUp | undefined }>()

/** Asks the programs of a namespace; undefined when they leave it to the kernel. The last choice counts. */
export function runSocketLookup(
  kernel: KernelCore,
  namespace: NetNamespace,
  protocol: number,
  ends: Ends,
  device: number,
): LookedUp | "dropped" | undefined {
  const programs = namespace.programs.on("sk_lookup")
  if (programs.length === 0) return undefined
  const context = writeContext(kernel, protocol, ends, device)
  const family = ends.source.address.length === 4 ? FAMILY.ipv4 : FAMILY.ipv6
  const run = { family, protocol, chosen: undefined as LookedUp | undefined }
  running.set(context, run)
  let chosen: LookedUp | undefined
  let isDropped = false
  for (const attachment of programs) {
    run.chosen = chosen
    showChoice(kernel, context, chosen)
    const answer = kernel.run(attachment, context, { traceFlags: TRACE_FLAGS })
    if (answer === SK_PASS && run.chosen) chosen = run.chosen
    else if (answer !== SK_PASS) isDropped = true
  }
  running.delete(context)
  kernel.memory.free(context)
  return chosen ?? (isDropped ? "dropped" : undefined)
}

function writeContext(
  kernel: KernelCore,
  protocol: number,
  { source, destination }: Ends,
  device: number,
): number {
  const { memory } = kernel
  const context = memory.alloc(CONTEXT)
  const version = source.address.length === 4 ? "4" : "6"
  memory.view.setUint32(context + FIELD.family, version === "4" ? FAMILY.ipv4 : FAMILY.ipv6, true)
  memory.view.setUint32(context + FIELD.protocol, protocol, true)
  memory.write(context + FIELD[`remote_ip${version}`], source.address)
  memory.write(context + FIELD[`local_ip${version}`], destination.address)
  memory.view.setUint16(context + FIELD.remote_port, source.port)
  memory.view.setUint32(context + FIELD.local_port, destination.port, true)
  memory.view.setUint32(context + FIELD.ingress_ifindex, device, true)
  return context
}

function showChoice({ memory }: KernelCore, context: number, chosen: LookedUp | undefined): void {
  memory.view.setBigUint64(context + FIELD.sk, BigInt(chosen?.socket.contextAddress ?? 0), true)
}

/** bpf_sk_assign of an sk_lookup program: 0 or a negative errno. No socket takes a choice back. */
export function assignSocket(
  kernel: KernelCore,
  context: number,
  socket: Socket | undefined,
  flags: number,
): number {
  const run = running.get(context)
  if (!run || (flags & ~(FLAG.replace | FLAG.alone)) !== 0) return -errnoNumber("EINVAL")
  if (socket && socket.state === TCP.established) return -errnoNumber("ESOCKTNOSUPPORT")
  if (socket && socket.protocol !== run.protocol) return -errnoNumber("EPROTOTYPE")
  const isOther = socket && socket.family !== run.family
  if (isOther && (socket.family === FAMILY.ipv4 || socket.options.onlyV6)) return -errnoNumber("EAFNOSUPPORT")
  if (run.chosen && (flags & FLAG.replace) === 0) return -errnoNumber("EEXIST")
  run.chosen = socket && { socket, isAlone: (flags & FLAG.alone) !== 0 }
  showChoice(kernel, context, run.chosen)
  return 0
}
