import {
  type AluOperator,
  type Comparison,
  encodeOperation,
  type Instruction,
  type Operand,
  type Operation,
} from "../../../isa/index.ts"

/** A place in the code that jumps and calls name before it is known. */
export interface Label {
  slot: number | undefined
}

export type Size = 1 | 2 | 4 | 8
export type Width = 32 | 64

/** Writes a program whose jumps are by label. */
export class ProgramWriter {
  readonly #items: ((slot: number) => Instruction[])[] = []
  #slots = 0

  /** Slots written so far. */
  get length(): number {
    return this.#slots
  }

  label(): Label {
    return { slot: undefined }
  }

  place(label: Label): void {
    label.slot = this.#slots
  }

  put(...operations: readonly Operation[]): void {
    for (const operation of operations)
      this.#add(operation.kind === "load64" ? 2 : 1, slot => encodeOperation(operation, slot))
  }

  jump(label: Label, wide = false): void {
    this.#add(1, slot => encodeOperation({ kind: "jump", target: slotOf(label), wide }, slot))
  }

  branch(comparison: Comparison, width: Width, dst: number, source: Operand, label: Label): void {
    this.#add(1, slot =>
      encodeOperation({ kind: "branch", comparison, width, dst, source, target: slotOf(label) }, slot),
    )
  }

  mayGoto(label: Label): void {
    this.#add(1, slot => encodeOperation({ kind: "mayGoto", target: slotOf(label) }, slot))
  }

  call(label: Label): void {
    this.#add(1, slot =>
      encodeOperation({ kind: "call", callee: { kind: "subprogram", target: slotOf(label) } }, slot),
    )
  }

  functionAddress(dst: number, label: Label): void {
    this.#add(2, slot =>
      encodeOperation({ kind: "load64", dst, value: { kind: "function", target: slotOf(label) } }, slot),
    )
  }

  finish(): Instruction[] {
    const instructions: Instruction[] = []
    for (const encode of this.#items) instructions.push(...encode(instructions.length))
    return instructions
  }

  #add(slots: 1 | 2, encode: (slot: number) => Instruction[]): void {
    this.#items.push(encode)
    this.#slots += slots
  }
}

function slotOf({ slot }: Label): number {
  if (slot === undefined) throw new Error("BUG: a jump to a label that was never placed")
  return slot
}

export const register = (number: number): Operand => ({ kind: "register", register: number })
export const immediate = (value: number): Operand => ({ kind: "immediate", value })

export function alu(operator: AluOperator, dst: number, source: Operand, width: Width = 64): Operation {
  return { kind: "alu", operator, width, dst, source }
}

export function move(dst: number, source: Operand, width: Width = 64): Operation {
  return { kind: "move", width, dst, source, signExtendFrom: undefined }
}

export function extend(dst: number, src: number, from: 8 | 16 | 32, width: Width = 64): Operation {
  return { kind: "move", width, dst, source: register(src), signExtendFrom: from }
}

export function constant(dst: number, value: bigint): Operation {
  return { kind: "load64", dst, value: { kind: "immediate", value } }
}

export function load(size: Size, dst: number, base: number, offset: number, signed = false): Operation {
  return { kind: "load", size, signed: signed && size < 8, dst, base, offset }
}

export function store(size: Size, base: number, offset: number, source: Operand): Operation {
  return { kind: "store", size, base, offset, source }
}

export function helper(id: number): Operation {
  return { kind: "call", callee: { kind: "helper", id } }
}
