import { errnoNumber, SystemCallError } from "../../base/index.ts"
import type { AttachPointOf } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { FieldValue, KernelObject } from "../memory/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { joined, openSequence, type Sequence } from "./sequence.ts"
import type { IteratorTarget } from "./targets.ts"

/** How often a program may ask for the same object again before reading ends with EAGAIN. */
const PATIENCE = 1000
const IN_TASK = { traceFlags: "...11" }

/**
 * One walk of an iterator: its program runs for every object, and at the end once without one. What it writes about an object
 * is given as a whole or, for want of room, not at all. Throws SystemCallError: E2BIG, EAGAIN.
 */
export function readIterator(
  kernel: KernelCore,
  attachment: Attachment,
  target: IteratorTarget,
  point: AttachPointOf<"iter">,
): Uint8Array {
  const sequence = openSequence(kernel.types)
  kernel.sequences.set(sequence.object.address, sequence)
  const meta = kernel.types.create("bpf_iter_meta", {
    seq: sequence.object,
    session_id: kernel.nextSession(),
  })
  const common = target.common?.(kernel, point) ?? {}
  const output: Uint8Array[] = []
  const { endsOnRequest = false } = target
  const visit = (fields: Readonly<Record<string, FieldValue>>): boolean => {
    const context = kernel.types.create(`bpf_iter__${target.name}`, { meta, ...common, ...fields })
    try {
      return show(kernel, attachment, context, sequence, output, endsOnRequest)
    } finally {
      context.free()
    }
  }
  try {
    let seen = 0
    for (const { fields, release } of target.objects(kernel, point)) {
      meta.set("seq_num", seen++)
      let goesOn: boolean
      try {
        goesOn = visit(fields)
      } finally {
        release?.()
      }
      if (!goesOn) break
    }
    visit({})
    return joined([...output, sequence.take()])
  } finally {
    kernel.sequences.delete(sequence.object.address)
    sequence.free()
    meta.free()
  }
}

/** One call, again where the program asks for it (1) or its text did not fit behind what is there already. False: no more. */
function show(
  kernel: KernelCore,
  attachment: Attachment,
  context: KernelObject,
  sequence: Sequence,
  output: Uint8Array[],
  endsOnRequest: boolean,
): boolean {
  for (let tries = 0; tries < PATIENCE; tries++) {
    const before = sequence.count
    const answer = kernel.run(attachment, context.address, IN_TASK)
    if ((answer === 0n || endsOnRequest) && !sequence.isFull) return answer === 0n
    const wasFull = sequence.isFull
    sequence.cut(before)
    // The reader takes what there is, and comes back.
    if (before === 0 && answer === 0n && wasFull) throw new SystemCallError("read", errnoNumber("E2BIG"))
    output.push(sequence.take())
  }
  throw new SystemCallError("read", errnoNumber("EAGAIN"))
}
