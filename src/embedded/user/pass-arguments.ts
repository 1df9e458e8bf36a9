import type { CallingConvention } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** Registers of arguments, in order: Go's since 1.17, on x86-64. */
const GO_ARGUMENTS = ["ax", "bx", "cx", "di", "si", "r8", "r9", "r10", "r11"]
const WORD = 8

/** Puts the arguments of a function where its callers put them. */
export function passArguments(
  { architecture, memory }: KernelCore,
  registers: KernelObject,
  convention: CallingConvention,
  args: readonly bigint[],
): void {
  const words = args.map(value => BigInt.asUintN(64, value))
  if (convention === "goStack") {
    const start = Number(registers.get(architecture.registers.stack)) + WORD
    words.forEach((word, index) => {
      memory.view.setBigUint64(start + index * WORD, word, true)
    })
    return
  }
  const names = convention === "go" ? GO_ARGUMENTS : architecture.registers.functionArguments
  names.forEach((name, index) => {
    registers.set(name, words[index] ?? 0n)
  })
}
