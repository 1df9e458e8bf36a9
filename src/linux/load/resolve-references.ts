import { RelocationError } from "../../base/index.ts"
import type { Instruction } from "../../isa/index.ts"
import {
  type ExternSpec,
  type ObjectSpec,
  type ProgramSpec,
  poisonedKfunc,
  type Reference,
} from "../../object/index.ts"
import type { KernelTypes } from "../machine/kernel-types.ts"
import type { Machine } from "../machine/machine.ts"
import type { CreatedMap } from "./create-maps.ts"

/** Pseudo source registers of 64-bit loads and calls (include/uapi/linux/bpf.h). */
const PSEUDO = { mapFd: 1, mapValue: 2, btfId: 3, kfunc: 2 } as const

/** What a program's references may name. */
export interface Resolution {
  readonly object: ObjectSpec
  readonly maps: ReadonlyMap<string, CreatedMap>
  readonly machine: Machine
  readonly types: KernelTypes
}

export interface Resolved {
  readonly instructions: readonly Instruction[]
  /** Descriptors of module BTF that calls name by index; empty when there are none. */
  readonly fdArray: readonly number[]
}

/** Fills in what only this kernel knows: descriptors of maps, addresses and ids of its symbols. */
export function resolveReferences(
  program: ProgramSpec,
  instructions: readonly Instruction[],
  resolution: Resolution,
): Resolved {
  const patched = [...instructions]
  // Index 0 is never used: in a call it stands for the kernel itself.
  const fdArray: number[] = []
  for (const reference of program.references) resolve(patched, reference, program, resolution, fdArray)
  return { instructions: patched, fdArray }
}

function resolve(
  instructions: Instruction[],
  reference: Reference,
  program: ProgramSpec,
  resolution: Resolution,
  fdArray: number[],
): void {
  const { at } = reference
  switch (reference.kind) {
    case "map":
      setLoad(instructions, at, PSEUDO.mapFd, mapFd(reference.map, resolution), 0)
      break
    case "mapValue":
      setLoad(instructions, at, PSEUDO.mapValue, mapFd(reference.map, resolution), reference.offset)
      break
    case "extern":
      resolveExtern(instructions, at, externOf(reference.extern, resolution), program, resolution)
      break
    case "kfunc":
      resolveKfunc(instructions, at, externOf(reference.extern, resolution), program, resolution, fdArray)
      break
    case "function":
      break
    default:
      reference satisfies never
  }
}

function mapFd(name: string, { maps }: Resolution): number {
  const map = maps.get(name)
  if (!map) throw new Error(`BUG: the object refers to map ${name}, which was not created`)
  return map.descriptor.fd
}

function externOf(name: string, { object }: Resolution): ExternSpec {
  const extern = object.externs.find(extern => extern.name === name)
  if (!extern) throw new Error(`BUG: the object refers to extern ${name}, which it does not declare`)
  return extern
}

function resolveExtern(
  instructions: Instruction[],
  at: number,
  extern: ExternSpec,
  program: ProgramSpec,
  resolution: Resolution,
): void {
  const [src, low, high] = loadOf(extern, program, resolution)
  setLoad(instructions, at, src, low, high)
}

/** Pseudo source and both halves of the 64-bit load that stands for an extern. */
function loadOf(
  extern: ExternSpec,
  program: ProgramSpec,
  resolution: Resolution,
): readonly [src: number, low: number, high: number] {
  const { machine, types, object } = resolution
  if (extern.kind === "kconfig") {
    const map = object.maps.find(map => map.kind === "kconfig")
    if (!map) throw new Error("BUG: kconfig externs without their map")
    return [PSEUDO.mapValue, mapFd(map.name, resolution), extern.offset]
  }
  const isTyped = extern.kind === "kfunc" || extern.type !== 0
  if (isTyped) {
    const type = types.find(extern.name, extern.kind === "kfunc" ? "func" : "var")
    if (type) return [PSEUDO.btfId, type.id, type.module]
  } else {
    const address = machine.symbolAddress(extern.name)
    if (address !== undefined)
      return [0, Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n))]
  }
  if (!extern.weak) throw notFound(program, extern, isTyped)
  return [0, 0, 0]
}

function resolveKfunc(
  instructions: Instruction[],
  at: number,
  extern: ExternSpec,
  program: ProgramSpec,
  { types, object }: Resolution,
  fdArray: number[],
): void {
  const call = instructions[at]
  if (!call) throw new Error(`BUG: a call at slot ${at}, behind the end`)
  const type = types.find(extern.name, "func")
  if (!type) {
    if (!extern.weak) throw notFound(program, extern, true)
    instructions[at] = { ...call, src: 0, off: 0, imm: poisonedKfunc(object.externs.indexOf(extern)) }
    return
  }
  if (type.module === 0) {
    instructions[at] = { ...call, src: PSEUDO.kfunc, off: 0, imm: type.id }
    return
  }
  if (fdArray.length === 0) fdArray.push(0)
  if (!fdArray.includes(type.module)) fdArray.push(type.module)
  instructions[at] = { ...call, src: PSEUDO.kfunc, off: fdArray.indexOf(type.module), imm: type.id }
}

function notFound(
  program: ProgramSpec,
  { name, kind: declared }: ExternSpec,
  isTyped: boolean,
): RelocationError {
  const kind = declared === "kfunc" ? "func ksym" : isTyped ? "var ksym" : "ksym"
  const place = isTyped ? "kernel or module BTFs" : "kallsyms"
  return new RelocationError(
    `prog '${program.name}': extern (${kind}) '${name}': not found in ${place} (ESRCH)`,
    {
      errno: "ESRCH",
      hint: "declare it __weak and test it for NULL where a kernel may lack it",
    },
  )
}

function setLoad(instructions: Instruction[], at: number, src: number, low: number, high: number): void {
  const [first, second] = [instructions[at], instructions[at + 1]]
  if (!first || !second) throw new Error(`BUG: reference at slot ${at} is not a 64-bit load`)
  instructions[at] = { ...first, src, imm: low | 0 }
  instructions[at + 1] = { ...second, imm: high | 0 }
}
