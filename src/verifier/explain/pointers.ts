import { ALU_OPERATORS, operatorOf, takesRegister } from "../../isa/index.ts"
import { isNull } from "../domain/index.ts"
import { baseType, FLAG, mayBeNull, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { doing, type Explainer, type Failure, place } from "./failure.ts"
import { describe, describeNumber } from "./words.ts"

/** A load or store through what is no pointer that may be followed. */
export const explainPointerNeeded: Explainer = failure => {
  const { held, register } = failure
  if (!held) return { what: doing(failure), known: failure.message, needs: "a pointer" }
  const told = { what: doing(failure), known: `r${register} is ${describe(held)}` }
  if (mayBeNull(held.type))
    return {
      ...told,
      needs: "a pointer that was compared with null",
      fix: `compare it with null before ${place(failure)}: \`if (!p) return …;\``,
    }
  switch (baseType(held.type)) {
    case TYPE.SCALAR:
      return {
        ...told,
        needs: "a pointer of which the verifier knows what it points to",
        fix: isNull(held.scalar)
          ? `it is null on this way: leave before ${place(failure)} when it is`
          : SCALAR_FIX,
      }
    case TYPE.PACKET_END:
      return {
        ...told,
        needs: "a pointer to bytes: data_end stands behind the last one and is only compared with",
        fix: "access the packet through `data`",
      }
    default:
      return { ...told, needs: "memory that programs may access", fix: "use the helper that accesses it" }
  }
}

const SCALAR_FIX =
  "read kernel memory with bpf_probe_read_kernel (BPF_CORE_READ) and user memory with bpf_probe_read_user; fetch a pointer anew that was released, or that a change of the packet or the end of a section made void"

export const explainMovedPointer: Explainer = failure => ({
  what: doing(failure),
  known: failure.held
    ? `r${failure.register ?? failure.access?.base} is ${describe(failure.held)}`
    : failure.message,
  needs:
    "the pointer as it was given: only the instruction's own offset may be added, none that is negative or variable",
  fix: "access members by name through the original pointer (`ctx->member`), not through an address that was computed; compilers compute one when an offset is variable, or when `&ctx->member` is kept",
})

export const explainMixedPointers: Explainer = failure => ({
  what: `${doing(failure)}, which is another kind of pointer on another way`,
  known: failure.held ? `on this way r${failure.access?.base} is ${describe(failure.held)}` : failure.message,
  needs: "one kind of pointer on all ways: the kernel rewrites the instruction by it",
  fix: 'make the access once in each branch, and keep compilers from joining the two with a barrier (`asm volatile("")`)',
})

export const explainPointerArithmetic: Explainer = failure => {
  const { walk, instruction, held, register, message } = failure
  const operator =
    ALU_OPERATORS.find(each => each.code === operatorOf(instruction.opcode))?.symbol ?? "arithmetic"
  const { dst, src, imm } = instruction
  const byConstant = !takesRegister(instruction.opcode)
  const other = currentFrame(walk.state).registers[register === src ? dst : src]
  const byNumber = /math between|value .* makes/.test(message)
  return {
    what: `computes with a pointer (${operator} on r${dst})`,
    known: [
      held && register !== undefined
        ? `r${register} is ${describe(held)}`
        : `r${dst} is ${describe(currentFrame(walk.state).registers[dst]!)}`,
      ...(byNumber && byConstant ? [`the constant is ${imm}`] : []),
      ...(byNumber && !byConstant && other
        ? [`r${src} is ${other.type === TYPE.SCALAR ? describeNumber(other.scalar) : describe(other)}`]
        : []),
    ].join("; "),
    needs: needsOf(failure, byNumber),
    fix: fixOf(failure, byNumber),
    start: { registers: byConstant ? [dst] : [dst, src] },
  }
}

function needsOf({ message, held }: Failure, byNumber: boolean): string {
  if (/null-check it first/.test(message)) return "a pointer that was compared with null"
  if (byNumber) return "a number that is known to lie within 2^29 of zero in either direction"
  if (/subtract/.test(message))
    return "numbers subtracted from pointers, not the other way round, and none from the stack's"
  if (/32-bit|partial copy|sign-extension/.test(message)) return "all 64 bits of the pointer"
  if (/pointer .* pointer prohibited/.test(message)) return "a number: two pointers make no third one"
  if (held && (held.type & FLAG.MAYBE_NULL) !== 0) return "a pointer that was compared with null"
  return "additions and subtractions of numbers, to pointers that may be moved"
}

function fixOf(failure: Failure, byNumber: boolean): string {
  const { message } = failure
  if (/null-check it first/.test(message))
    return `compare it with null before ${place(failure)}: \`if (!p) return …;\``
  if (byNumber)
    return `bound the number before ${place(failure)}: make it unsigned, mask it (\`& 0xff\`) or compare it with a limit`
  if (/32-bit|partial copy|sign-extension/.test(message))
    return "keep addresses in 64-bit variables (`void *`, `unsigned long`), never in `int` or `__u32`"
  if (/ctx|sock|map_ptr|pkt_end|flow_keys|ptr_/.test(message))
    return "access members by name instead of computing their address; pointers of this kind cannot be moved"
  return "compute with numbers first, and add the result to the pointer last"
}

export const explainPointerComparison: Explainer = failure => ({
  what: `compares r${failure.instruction.dst} with r${failure.instruction.src}`,
  known: failure.held ? `r${failure.register} is ${describe(failure.held)}` : failure.message,
  needs:
    "pointers compared with pointers of the same kind, or with null; without capabilities, no pointers at all",
  fix: "compare offsets or members instead of addresses, or load with CAP_BPF and CAP_PERFMON",
})

export const explainPointerLeak: Explainer = failure => ({
  what: doing(failure),
  known: failure.held ? `r${failure.register} is ${describe(failure.held)}` : failure.message,
  needs: "a number: programs without CAP_PERFMON may not tell anybody an address of the kernel",
  fix: "hand on what the pointer points to, or load with CAP_BPF and CAP_PERFMON",
})

export const explainFramePointer: Explainer = failure => ({
  what: "writes to r10",
  known: "r10 is the frame pointer",
  needs: "a frame pointer that stays as it is",
  fix: "copy it to another register and change the copy",
  start: { registers: [failure.instruction.src] },
})
