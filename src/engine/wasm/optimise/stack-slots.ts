import type { AccessSize, Operand, OperationOf } from "../../../isa/index.ts"
import { FRAME_BYTES, MAX_FRAMES } from "../../machine.ts"
import type { Block, Step } from "../flow/blocks.ts"
import { flowGraph } from "../flow/graph.ts"
import { loopsOf } from "../flow/loops.ts"
import { frameOffset, isFramePointer, readsOf, writeOf } from "../flow/registers.ts"

/** A part of the frame that is kept in a register. */
export interface StackSlot {
  /** From the function's frame on, of which frames of inner functions lie below. */
  readonly offset: number
  readonly size: AccessSize
  readonly register: number
}

export interface Promoted {
  readonly blocks: readonly Block[]
  readonly slots: readonly StackSlot[]
}

/**
 * Moves parts of the frame into registers: those that are always read and written as a whole, in functions where r10 is
 * nothing but the base of accesses. Memory gets them back where other code may look: around calls, at exits, and when a
 * pointer made of thin air turns out to point there. A program that is stopped leaves them behind.
 */
export function promoteSlots(blocks: readonly Block[], firstRegister: number): Promoted {
  const none = { blocks, slots: [] }
  if (blocks.some(block => block.steps.some(escapes))) return none
  const slots = new Map<number, StackSlot>()
  const isSpoilt = new Uint8Array(FRAME_BYTES * MAX_FRAMES)
  for (const { key, offset, size, isWhole } of placesIn(blocks)) {
    const known = slots.get(key)
    if (isWhole && (known === undefined || known.size === size)) slots.set(key, { offset, size, register: 0 })
    else isSpoilt.fill(1, key, key + size)
  }
  // Each byte belongs to one slot, or to none that is kept.
  const owners = new Uint8Array(isSpoilt.length)
  for (const [key, { size }] of slots) for (let byte = key; byte < key + size; byte++) owners[byte]!++
  const isAlone = (byte: number): boolean => owners[byte] === 1 && isSpoilt[byte] === 0
  const kept = [...slots]
    .filter(([key, { size }]) => Array.from({ length: size }, (_, byte) => key + byte).every(isAlone))
    .sort(([a], [b]) => a - b)
    .map(([key, slot], index) => [key, { ...slot, register: firstRegister + index }] as const)
  const promoted = new Map(kept)
  if (promoted.size === 0 || !pays(blocks, promoted)) return none
  return {
    slots: [...promoted.values()],
    blocks: blocks.map(block => ({
      ...block,
      steps: block.steps.flatMap(step => inRegisters(step, promoted)),
    })),
  }
}

/**
 * The registers that an operation gives new values to. Who is called may have written to the frame, by an address made of
 * thin air.
 */
export function writesOf(step: Step, slots: readonly StackSlot[]): readonly number[] {
  const register = writeOf(step)
  const own = register === undefined ? [] : [register]
  return step.operation.kind === "call" ? [...own, ...slots.map(slot => slot.register)] : own
}

interface FramePlace {
  /** Offset from the lowest frame there can be. */
  readonly key: number
  readonly offset: number
  readonly size: AccessSize
  readonly isWhole: boolean
}

const LOWEST = -(MAX_FRAMES - 1) * FRAME_BYTES

function placesIn(blocks: readonly Block[]): FramePlace[] {
  return blocks.flatMap(({ steps }) =>
    steps.flatMap(({ operation }) => {
      if (!("base" in operation)) return []
      const offset = offsetInFrame(operation)
      if (offset === undefined) return []
      const isWhole = operation.kind === "load" || operation.kind === "store"
      return [{ key: offset - LOWEST, offset, size: operation.size, isWhole }]
    }),
  )
}

/** Where an access of a frame pointer goes, from the function's frame on; undefined outside of that pointer's frame. */
function offsetInFrame(place: {
  readonly base: number
  readonly offset: number
  readonly size: number
}): number | undefined {
  const frame = frameOffset(place.base)
  const isInside = place.offset >= -FRAME_BYTES && place.offset + place.size <= 0
  return frame === undefined || !isInside ? undefined : frame + place.offset
}

/** A frame pointer that is more than the base of an access. */
function escapes(step: Step): boolean {
  const { operation } = step
  const reads = readsOf(step).filter(isFramePointer)
  if (reads.length === 0) return false
  return !("base" in operation) || reads.length > 1 || !isFramePointer(operation.base)
}

/** Each call writes the registers to memory and reads them back; each access that goes to memory no more wins. */
function pays(blocks: readonly Block[], slots: ReadonlyMap<number, StackSlot>): boolean {
  const graph = flowGraph(blocks)
  const { innermost } = loopsOf(graph)
  let gain = 0
  graph.blocks.forEach(({ steps }, block) => {
    let weight = 1
    for (let loop = innermost[block]; loop && weight < 1e6; loop = loop.parent) weight *= 8
    for (const { operation } of steps) {
      if (operation.kind === "call") gain -= weight * slots.size * 2
      else if (operation.kind === "exit") gain -= weight * slots.size
      else if ("base" in operation && slotOf(operation, slots)) gain += weight
    }
  })
  return gain > 0
}

function slotOf(
  place: { readonly base: number; readonly offset: number; readonly size: number },
  slots: ReadonlyMap<number, StackSlot>,
): StackSlot | undefined {
  const offset = offsetInFrame(place)
  return offset === undefined ? undefined : slots.get(offset - LOWEST)
}

function inRegisters(step: Step, slots: ReadonlyMap<number, StackSlot>): Step[] {
  const { operation, slot } = step
  if (operation.kind !== "load" && operation.kind !== "store") return [step]
  const place = slotOf(operation, slots)
  if (place === undefined) return [step]
  const moves =
    operation.kind === "load" ? loaded(operation, place.register) : stored(operation, place.register)
  return moves.map(move => ({ operation: move, slot }))
}

type Move = OperationOf<"move"> | OperationOf<"alu">

function loaded({ dst, size, signed }: OperationOf<"load">, register: number): Move[] {
  const signExtendFrom = signed && size !== 8 ? ((size * 8) as 8 | 16 | 32) : undefined
  return [{ kind: "move", width: 64, dst, source: { kind: "register", register }, signExtendFrom }]
}

/** A register holds a smaller slot's bytes with zeros above. */
function stored({ source, size }: OperationOf<"store">, register: number): Move[] {
  const move = (width: 32 | 64, from: Operand): Move => ({
    kind: "move",
    width,
    dst: register,
    source: from,
    signExtendFrom: undefined,
  })
  switch (size) {
    case 8:
      return [move(64, source)]
    case 4:
      return [move(32, source)]
    default: {
      const mask = size === 2 ? 0xffff : 0xff
      if (source.kind === "immediate") return [move(64, { kind: "immediate", value: source.value & mask })]
      const and: Move = {
        kind: "alu",
        operator: "and",
        width: 64,
        dst: register,
        source: { kind: "immediate", value: mask },
      }
      return [move(64, source), and]
    }
  }
}
