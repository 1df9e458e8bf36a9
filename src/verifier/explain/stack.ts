import { isKnown } from "../domain/index.ts"
import { bytes, doing, type Explainer, type Failure, place } from "./failure.ts"
import { describe, describeNumber } from "./words.ts"

const STACK_SIZE = 512

export const explainStackBounds: Explainer = failure => {
  const { held, access, message } = failure
  const variable = held !== undefined && !isKnown(held.scalar)
  const offset = access?.offset ? `, and the instruction adds ${access.offset}` : ""
  return {
    what: doing(failure),
    known: held ? `r${failure.register} is ${describe(held)}${offset}` : message,
    needs: `bytes from fp-${STACK_SIZE} to fp-1: a function has ${bytes(STACK_SIZE)} of stack`,
    fix: variable
      ? `bound the index (${describeNumber(held.scalar)}) to the array's elements on every way to ${place(failure)}`
      : access
        ? "correct the offset; what does not fit on the stack belongs in a per-CPU array map"
        : "pass a size that is not larger than the variable on the stack, and not negative",
  }
}

/** The bytes that were read before they were written, as offsets of the frame pointer. */
function unwritten({ message, held, access }: Failure): { readonly first: number; readonly text: string } {
  const direct = /stack off (-?\d+)\+(\d+) size (\d+)/.exec(message)
  const passed = /stack R\d+ off (-?\d+)\+(\d+) size (\d+)/.exec(message)
  const found = direct ?? passed
  if (found) {
    const first = Number(found[1]) + Number(found[2])
    return { first, text: `byte fp${first}` }
  }
  const first = (held?.off ?? 0) + (access?.offset ?? 0)
  return { first, text: `a byte from fp${first} on` }
}

export const explainUninitialisedStack: Explainer = failure => {
  const { walk, held } = failure
  const { first, text } = unwritten(failure)
  return {
    what: doing(failure),
    known: `${text} of the stack was not written on this way`,
    needs: "bytes that were written before: what is left on the stack may be the kernel's own",
    fix: "initialise the whole variable, padding too: `__builtin_memset(&v, 0, sizeof(v))` or `= {}`",
    start: { slots: [{ frame: held?.frame ?? walk.state.frames.length - 1, index: (-first - 1) >> 3 }] },
  }
}

export const explainSpill: Explainer = failure => ({
  what: doing(failure),
  known: "eight bytes of the stack there hold a pointer, or a part of them is accessed as one",
  needs: "pointers stored and loaded whole, eight bytes at a time, to the frame of the function itself",
  fix: "use a `void *` or `__u64` variable of its own, that nothing smaller writes into",
})

export const explainStackDepth: Explainer = ({ walk, message }) => ({
  what: "calls functions whose frames do not fit on the stack together",
  known: walk.subprograms
    .filter(each => each.stackDepth > 0)
    .map(each => `${each.name} uses ${bytes(each.stackDepth)}`)
    .join(", "),
  needs: /tail_calls/.test(message)
    ? "less than 256 bytes of stack in the callers of a function that tail calls"
    : `at most ${STACK_SIZE} bytes over every chain of calls, each frame rounded up to 16`,
  fix: "move large variables into a per-CPU array map, or make the functions inline so that they share a frame",
})

export const explainCallDepth: Explainer = ({ walk }) => ({
  what: "calls one more function",
  known: `${Math.max(8, walk.state.frames.length)} functions are active there`,
  needs: "at most 8 functions on the stack at once; recursion has no end that is known",
  fix: "make some of the functions inline (`static __always_inline`), and write recursion as a loop",
})
