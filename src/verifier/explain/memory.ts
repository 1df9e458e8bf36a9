import { isKnown } from "../domain/index.ts"
import type { Register } from "../state/register.ts"
import { baseType, isPacketPointer, TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { bytes, doing, type Explainer, type Failure, place, type Told } from "./failure.ts"
import { explainPacketBounds } from "./packet.ts"
import { describe, describeNumber } from "./words.ts"

/** Values and keys of maps, and other memory of a known size: the whole access must lie inside. */
export const explainMemoryBounds: Explainer = failure => {
  const pointer = failure.held
  if (!pointer)
    return { what: doing(failure), known: failure.message, needs: "an access inside of the memory" }
  if (isPacketPointer(pointer.type)) return negativePacketOffset(failure, pointer)
  const { memory, size: whole } = memoryOf(pointer)
  const size = failure.access?.size
  const offset = failure.access?.offset ?? 0
  const added = offset === 0 ? "" : `, and the instruction adds ${offset}`
  const told = {
    what: doing(failure),
    known: `r${failure.register} is ${describe(pointer)}${added}`,
    needs: needsOf(memory, whole, size),
  }
  return { ...told, fix: fixOf(failure, pointer, whole) }
}

function memoryOf(pointer: Register): { readonly memory: string; readonly size: number | undefined } {
  switch (baseType(pointer.type)) {
    case TYPE.MAP_VALUE:
      return { memory: `a value of map ${pointer.map?.name}`, size: pointer.map?.valueSize }
    case TYPE.MAP_KEY:
      return { memory: `a key of map ${pointer.map?.name}`, size: pointer.map?.keySize }
    case TYPE.MEM:
      return { memory: "the memory", size: pointer.range }
    case TYPE.FLOW_KEYS:
      return { memory: "struct bpf_flow_keys", size: 56 }
    default:
      return { memory: "what it points to", size: undefined }
  }
}

function needsOf(memory: string, whole: number | undefined, size: number | undefined): string {
  if (whole === undefined) return `an access inside of ${memory}, at an offset that is known`
  if (size === undefined)
    return `all bytes inside of ${memory}, which has ${whole}, whatever the offset and size may be`
  if (size > whole) return `an access of at most ${bytes(whole)}: ${memory} has no more`
  return `an offset from 0 to ${whole - size}, whatever it may be: ${memory} has ${bytes(whole)}`
}

function fixOf(failure: Failure, pointer: Register, whole: number | undefined): string {
  const { scalar, off } = pointer
  const where = place(failure)
  if (isKnown(scalar)) {
    if (!failure.access && whole !== undefined) return argumentFix(failure, whole)
    return "correct the offset or the type that it is taken of, or make the map's value larger"
  }
  if (scalar.smin + BigInt(off) < 0n)
    return `make the index unsigned, or leave when it is negative (${describeNumber(scalar)}) before ${where}`
  const size = failure.access?.size ?? 1
  const most = whole === undefined ? undefined : whole - size - off - (failure.access?.offset ?? 0)
  const bound = most !== undefined && most >= 0 ? ` to at most ${bytes(most)}` : ""
  return `bound what is added to the pointer${bound}, on every way to ${where}: compare the very variable that is used, or mask it with \`&\``
}

function argumentFix({ walk, register = 0, called }: Failure, whole: number): string {
  const size = currentFrame(walk.state).registers[register + 1]
  if (size?.type !== TYPE.SCALAR) return `pass memory that is as large as ${called} takes it to be`
  return `pass ${called} at most ${bytes(whole)}: the size may be ${describeNumber(size.scalar)}`
}

function negativePacketOffset(failure: Failure, pointer: Register): Told {
  return {
    ...explainPacketBounds(failure),
    needs: "an offset into the packet that cannot be negative",
    fix: `make the offset unsigned, or leave when it is negative (${describeNumber(pointer.scalar)}) before ${place(failure)}`,
  }
}

export const explainReadOnlyMemory: Explainer = failure => ({
  what: doing(failure),
  known: failure.held
    ? `r${failure.register ?? failure.access?.base} is ${describe(failure.held)}`
    : failure.message,
  needs: /BPF_ATOMIC/.test(failure.message)
    ? "memory that atomic instructions may change: the stack, values of maps, memory that was allocated"
    : "memory that programs of this type may write",
  fix: "copy it to the stack or into a map's value and change the copy, or use the helper that writes it",
})

export const explainReadOnlyMap: Explainer = failure => ({
  what: doing(failure),
  known: failure.held ? `r${failure.register} is ${describe(failure.held)}` : failure.message,
  needs: `a map that programs may ${/^write/.test(failure.message) ? "write" : "read"}`,
  fix: /^write/.test(failure.message)
    ? "do not write to `const` globals, and make the map without BPF_F_RDONLY_PROG"
    : "make the map without BPF_F_WRONLY_PROG",
})

/** Locks, timers, kptrs and the like in values belong to helpers. */
export const explainSpecialField: Explainer = failure => ({
  what: doing(failure),
  known: failure.held ? `r${failure.register} is ${describe(failure.held)}` : failure.message,
  needs:
    "fields that only helpers and kfuncs may touch (locks, timers, kptrs, lists, trees, dynptrs) left to them",
  fix: "access the members before and behind that field one by one, and give helpers the field's own address",
})

export const explainAlignment: Explainer = failure => ({
  what: doing(failure),
  known: failure.held
    ? `r${failure.access?.base ?? failure.register} is ${describe(failure.held)}, and the instruction adds ${failure.access?.offset ?? 0}`
    : failure.message,
  needs: `an address that is a multiple of ${failure.access?.size ?? "the size"}`,
  fix: "align the variable, or access it byte by byte; on the stack, keep the members of structures at their natural offsets",
})
