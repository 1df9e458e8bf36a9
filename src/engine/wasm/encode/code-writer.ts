import { ByteWriter } from "./byte-writer.ts"
import { OPCODE, type OpcodeName, TYPE, type ValueType } from "./opcodes.ts"

/** Instructions without operands of their own. */
export type PlainOpcode = Exclude<
  OpcodeName,
  | "block"
  | "loop"
  | "if"
  | "br"
  | "br_if"
  | "br_table"
  | "call"
  | "call_indirect"
  | `local.${string}`
  | `global.${string}`
  | `${ValueType}.const`
  | `${ValueType}.load${string}`
  | `${ValueType}.store${string}`
  | "memory.size"
>

export type MemoryOpcode = Extract<OpcodeName, `${ValueType}.load${string}` | `${ValueType}.store${string}`>

/** One function's code, instruction by instruction. */
export class CodeWriter {
  readonly bytes = new ByteWriter()

  op(...names: readonly PlainOpcode[]): this {
    for (const name of names) this.bytes.byte(OPCODE[name])
    return this
  }

  /** Opens a block; `result` is what it leaves. */
  open(kind: "block" | "loop" | "if", result?: ValueType): this {
    this.bytes.byte(OPCODE[kind])
    this.bytes.byte(result === undefined ? TYPE.empty : TYPE[result])
    return this
  }

  branch(kind: "br" | "br_if", depth: number): this {
    this.bytes.byte(OPCODE[kind])
    this.bytes.u32(depth)
    return this
  }

  /** Jumps by the number on the stack, to the last depth when it is past the others. */
  branchTable(depths: readonly number[], otherwise: number): this {
    this.bytes.byte(OPCODE.br_table)
    this.bytes.u32(depths.length)
    for (const depth of depths) this.bytes.u32(depth)
    this.bytes.u32(otherwise)
    return this
  }

  call(index: number): this {
    this.bytes.byte(OPCODE.call)
    this.bytes.u32(index)
    return this
  }

  /** Calls the table's function of type 0 whose number is on the stack. */
  callIndirect(): this {
    this.bytes.byte(OPCODE.call_indirect)
    this.bytes.u32(0)
    this.bytes.u32(0)
    return this
  }

  get(local: number): this {
    return this.#indexed("local.get", local)
  }

  set(local: number): this {
    return this.#indexed("local.set", local)
  }

  tee(local: number): this {
    return this.#indexed("local.tee", local)
  }

  getGlobal(index: number): this {
    return this.#indexed("global.get", index)
  }

  setGlobal(index: number): this {
    return this.#indexed("global.set", index)
  }

  i32(value: number): this {
    this.bytes.byte(OPCODE["i32.const"])
    this.bytes.s32(value | 0)
    return this
  }

  i64(value: number | bigint): this {
    this.bytes.byte(OPCODE["i64.const"])
    if (typeof value === "bigint") this.bytes.s64(value)
    else if ((value | 0) === value) this.bytes.s32(value)
    else this.bytes.s53(value)
    return this
  }

  /** An access at the address on the stack plus `offset`, aligned or not. */
  memory(name: MemoryOpcode, offset = 0): this {
    this.bytes.byte(OPCODE[name])
    this.bytes.byte(0)
    this.bytes.u32(offset)
    return this
  }

  memorySize(): this {
    this.bytes.byte(OPCODE["memory.size"])
    this.bytes.byte(0)
    return this
  }

  #indexed(name: "local.get" | "local.set" | "local.tee" | "global.get" | "global.set", index: number): this {
    this.bytes.byte(OPCODE[name])
    this.bytes.u32(index)
    return this
  }
}
