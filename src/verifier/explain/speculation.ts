import { operatorOf, takesRegister } from "../../isa/index.ts"
import { OPERATOR } from "../domain/index.ts"
import { currentFrame } from "../state/state.ts"
import { type Explainer, type Failure, place } from "./failure.ts"
import { describe } from "./words.ts"

/** What a processor may run ahead on: moves of pointers that no mask can hold in their object. */
export const explainSpeculation: Explainer = failure => {
  if (failure.called !== undefined) return explainTailCall(failure)
  const { walk, instruction } = failure
  const { opcode, dst, src } = instruction
  const { registers } = currentFrame(walk.state)
  const byRegister = takesRegister(opcode)
  const verb = operatorOf(opcode) === OPERATOR.SUB ? "subtracts from" : "adds to"
  const known = [`r${dst} is ${describe(registers[dst]!)}`]
  if (byRegister) known.push(`r${src} is ${describe(registers[src]!)}`)
  return {
    what: `${verb} r${dst}, a pointer, in a program that must not learn addresses`,
    known: known.join("; "),
    ...needsAndFix(failure),
    start: { registers: byRegister ? [dst, src] : [dst] },
  }
}

function explainTailCall({ called }: Failure): ReturnType<Explainer> {
  return {
    what: `calls ${called} with one map on one path and another map on another`,
    known: "the maps were made by a process without CAP_PERFMON: their indices are masked",
    needs: "the same map on every path: the kernel writes its mask into the program",
    fix: `call ${called} once in each branch, and keep compilers from joining the branches with a barrier (\`asm volatile("")\`)`,
    start: { registers: [2] },
  }
}

const ROOT = "load it with CAP_PERFMON"

function needsAndFix(failure: Failure): { readonly needs: string; readonly fix: string } {
  const { message } = failure
  if (/mixed signed bounds/.test(message))
    return {
      needs: "a number that is known not to be negative, or to be: the kernel masks it on one side",
      fix: `make it unsigned or compare it with 0 before ${place(failure)}, or ${ROOT}`,
    }
  if (/unsupported alu operation/.test(message))
    return {
      needs:
        "a pointer into a map's value or the stack: of others the kernel cannot tell the ends when it masks",
      fix: `add constants only, or copy the bytes with a helper first (bpf_skb_load_bytes), or ${ROOT}`,
    }
  if (/different maps, paths or scalars/.test(message))
    return {
      needs: "the same mask on every path: one kind and size of memory, one sign and one limit of the number",
      fix: `make the move once in each branch, and keep compilers from joining the branches with a barrier (\`asm volatile("")\`), or ${ROOT}`,
    }
  if (/variable stack/.test(message))
    return {
      needs: "offsets into the stack that are constants",
      fix: `keep what is indexed in a map (an array map with one element), or ${ROOT}`,
    }
  if (/could not be pushed/.test(message))
    return { needs: "fewer ways that wait at once", fix: `split the program, or ${ROOT}` }
  return {
    needs: "a pointer that stays within its object, whether it is used afterwards or not",
    fix: `bound the number before ${place(failure)}, not only behind it, or ${ROOT}`,
  }
}
