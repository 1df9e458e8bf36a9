import { parseUsdtArguments, type UsdtArgument } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** Room around the place that a register points to, for arguments in memory on either side. */
const ROOM = 4096

/**
 * Puts arguments of a statically defined probe where its note says that they are: in registers, and in memory that registers
 * point to. Constants stand in the note itself. The answer puts the registers back.
 */
export function placeArguments(
  kernel: KernelCore,
  registers: KernelObject,
  text: string,
  values: readonly bigint[],
): () => void {
  const { memory } = kernel
  const before = memory.read(registers.address, registers.layout.size)
  const blocks = new Map<number, number>()
  const setRegister = (offset: number, value: bigint): void =>
    memory.view.setBigUint64(registers.address + offset, BigInt.asUintN(64, value), true)
  const blockOf = (register: number): number => {
    const block = blocks.get(register) ?? memory.allocUser(2 * ROOM)
    blocks.set(register, block)
    setRegister(register, BigInt(block + ROOM))
    return block + ROOM
  }
  const places = parseUsdtArguments(text).filter(({ kind }) => kind !== "constant")
  places.forEach((place, index) => {
    put(place, values[index] ?? 0n)
  })
  function put({ kind, register, index, value: offset, size }: UsdtArgument, value: bigint): void {
    if (kind === "register") {
      setRegister(register, BigInt.asUintN(size * 8, value))
      return
    }
    if (kind === "indexed") setRegister(index, 0n)
    let rest = BigInt.asUintN(64, value)
    const at = blockOf(register) + Number(offset)
    for (let byte = 0; byte < size; byte++, rest >>= 8n) memory.bytes[at + byte] = Number(rest & 0xffn)
  }
  return () => {
    memory.write(registers.address, before)
    for (const block of blocks.values()) memory.freeUser(block)
  }
}
