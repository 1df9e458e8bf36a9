import type { ExecutableProgram } from "../../engine/index.ts"
import { operationOf } from "../../isa/index.ts"

const [R1, R5] = [1, 5]

/**
 * How far a program's loads and stores go into its context, which its test run has to have: `max_ctx_offset` of Linux's verifier.
 * The registers that hold the context are followed in the order of the code, not of its branches.
 */
export function contextReach({ instructions }: ExecutableProgram): number {
  const holding = new Set([R1])
  let reach = 0
  for (let slot = 0; slot < instructions.length; slot++) {
    const operation = operationOf(instructions, slot)
    switch (operation.kind) {
      case "load":
        if (holding.has(operation.base)) reach = Math.max(reach, operation.offset + operation.size)
        holding.delete(operation.dst)
        break
      case "store":
        if (holding.has(operation.base)) reach = Math.max(reach, operation.offset + operation.size)
        break
      case "move":
        if (operation.source.kind === "register" && holding.has(operation.source.register))
          holding.add(operation.dst)
        else holding.delete(operation.dst)
        break
      case "load64":
        holding.delete(operation.dst)
        slot += 1
        break
      case "alu":
      case "negate":
      case "byteOrder":
        holding.delete(operation.dst)
        break
      case "call":
        for (let register = 0; register <= R5; register++) holding.delete(register)
        break
      case "exit":
        break
    }
    if (operation.kind === "exit" && holding.size === 0) break
  }
  return reach
}
