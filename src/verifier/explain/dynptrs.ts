import { type Explainer, place } from "./failure.ts"
import { describe } from "./words.ts"

/** Dynptrs: made once, used while they are whole, and those of ring buffers given back. */
export const explainDynptr: Explainer = failure => {
  const { held, called, register, message } = failure
  const number = register ?? argumentOf(message)
  const told = {
    what: called ? `passes a dynptr to ${called}` : "writes over a dynptr on the stack",
    known: held ? `r${number} is ${describe(held)}` : message,
    ...(number === undefined ? {} : { start: { registers: [number] } }),
  }
  if (/uninitialized/.test(message))
    return {
      ...told,
      needs: "16 bytes of stack in which no other dynptr, iterator or interrupt state lives",
      fix: "give every struct bpf_dynptr a variable of its own, and release the old one first",
    }
  if (/cannot overwrite/.test(message))
    return {
      ...told,
      needs: "a dynptr that was acquired stays where it is until it is given back",
      fix: `call bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr before ${place(failure)}`,
    }
  if (/const|unowned|unacquired/.test(message))
    return {
      ...told,
      needs: "a dynptr that this function made itself",
      fix: "only read through a dynptr that a callback was given; make and release dynptrs in the same function",
    }
  if (/writes to packet/.test(message))
    return {
      ...told,
      needs: "a program type that may write to packets",
      fix: "use bpf_dynptr_slice, which reads, in place of bpf_dynptr_slice_rdwr",
    }
  return {
    ...told,
    needs: "an initialised dynptr of the kind that the call takes, at the start of its 16 bytes",
    fix: `make it first (bpf_ringbuf_reserve_dynptr, bpf_dynptr_from_mem, bpf_dynptr_from_skb …), and write to none of its bytes before ${place(failure)}`,
  }
}

/** Messages count arguments from zero. */
function argumentOf(message: string): number | undefined {
  const found = /arg ?#(\d)/.exec(message)
  return found ? Number(found[1]) + 1 : undefined
}
