import { type HelperName, helper } from "../../catalog/index.ts"
import type { ExecutableProgram } from "../../engine/index.ts"
import { operationOf } from "../../isa/index.ts"

/** Helpers that make packets longer, or go on in a program that may call them. */
const GROWING = [
  "bpf_skb_change_head",
  "bpf_skb_change_tail",
  "bpf_skb_change_proto",
  "bpf_skb_adjust_room",
  "bpf_skb_vlan_push",
  "bpf_tail_call",
] as const satisfies readonly HelperName[]
const NUMBERS: ReadonlySet<number> = new Set(GROWING.map(name => helper(name)!.id))
/** Above what a packet can become (SKB_MAX_ALLOC). */
const ROOM = 16_384

const known = new WeakMap<ExecutableProgram, number>()

/** Bytes before a packet and behind it, beyond those of its page, that a run of the program may ask for. */
export function extraRoom(program: ExecutableProgram): number {
  const found = known.get(program) ?? (grows(program) ? ROOM : 0)
  known.set(program, found)
  return found
}

function grows({ instructions }: ExecutableProgram): boolean {
  return instructions.some((_, slot) => {
    const operation = operationOf(instructions, slot)
    return operation.kind === "call" && operation.callee.kind === "helper" && NUMBERS.has(operation.callee.id)
  })
}
