import { RelocationError } from "../../base/index.ts"
import { VOID } from "../../btf/index.ts"
import type { Instruction } from "../../isa/index.ts"
import {
  applyCore,
  type ExternSpec,
  type ProgramSpec,
  poisonedKfunc,
  type Reference,
} from "../../object/index.ts"
import { perCpuAddress } from "../memory/per-cpu-section.ts"
import type { Resolution } from "./resolution.ts"

/** A program as a loader gives it to the kernel. */
export interface GivenProgram {
  readonly instructions: readonly Instruction[]
  /** What the kernel is still to look up: maps, typed variables, kernel functions. */
  readonly references: readonly Reference[]
  /** Why instructions are poisoned, by slot: code that this kernel must never reach. */
  readonly problems: ReadonlyMap<number, string>
}

/** CO-RE, and what an absent or typeless extern stands for. Throws RelocationError. */
export function givenProgram(program: ProgramSpec, resolution: Resolution): GivenProgram {
  const { object, profile, core } = resolution
  const { instructions, problems } = applyCore(program, object, profile.btf(), core)
  const patched = [...instructions]
  const reasons = new Map(problems.map(problem => [problem.at, `${problem.relocation}: ${problem.reason}`]))
  const references = program.references.filter(reference => {
    if (reference.kind === "kfunc") return isThere(patched, reference, program, resolution, reasons)
    if (reference.kind === "extern") return isTyped(patched, reference, program, resolution)
    return true
  })
  return { instructions: patched, references, problems: reasons }
}

/** A call of a kernel function that this kernel lacks must never be reached. */
function isThere(
  instructions: Instruction[],
  { at, extern: name }: Extract<Reference, { kind: "kfunc" }>,
  program: ProgramSpec,
  { profile, object }: Resolution,
  problems: Map<number, string>,
): boolean {
  if (profile.btf().find(name, "func") !== undefined) return true
  const call = instructions[at]
  if (!call) throw new Error(`BUG: a call at slot ${at}, behind the end`)
  const index = object.externs.findIndex(extern => extern.name === name)
  if (!object.externs[index]?.weak) throw noSuchKfunc(program, name)
  instructions[at] = { ...call, src: 0, off: 0, imm: poisonedKfunc(index) }
  problems.set(at, `kfunc '${name}' is referenced but wasn't resolved`)
  return false
}

/** Externs without a type become the number that they stand for here: an address, or 0 for one that is absent. */
function isTyped(
  instructions: Instruction[],
  { at, extern: name }: Extract<Reference, { kind: "extern" }>,
  program: ProgramSpec,
  { object, profile }: Resolution,
): boolean {
  const extern = object.externs.find(extern => extern.name === name)
  if (!extern) throw new Error(`BUG: the object refers to extern ${name}, which it does not declare`)
  const type = kernelTypeOf(extern, object.btf)
  if (type === "own") return true
  if (type !== undefined && profile.btf().find(name, type) !== undefined) return true
  const address = type === undefined ? symbolAddress(name, profile) : undefined
  if (address === undefined && !extern.weak)
    throw extern.kind === "kfunc" ? noSuchKfunc(program, name) : noSuchSymbol(program, name)
  setImmediate(instructions, at, address ?? 0n)
  return false
}

/** What kind of type an extern has in the kernel's BTF; "own" for values that the loader makes. */
function kernelTypeOf(
  extern: ExternSpec,
  btf: Resolution["object"]["btf"],
): "own" | "func" | "var" | undefined {
  if (extern.kind === "kconfig") return "own"
  if (extern.kind === "kfunc") return "func"
  return btf && btf.resolve(extern.type) !== VOID ? "var" : undefined
}

/** Where a variable of the kernel lies. */
export function symbolAddress(name: string, profile: Resolution["profile"]): bigint | undefined {
  return perCpuAddress(profile.btf(), name) ?? profile.symbols().find(name)?.address
}

function noSuchKfunc(program: ProgramSpec, name: string): RelocationError {
  return new RelocationError(
    `prog '${program.name}': extern (func ksym) '${name}': not found in kernel or module BTFs (ESRCH)`,
    { errno: "ESRCH", hint: "declare it __weak and test it with bpf_ksym_exists where a kernel may lack it" },
  )
}

function noSuchSymbol(program: ProgramSpec, name: string): RelocationError {
  return new RelocationError(
    `prog '${program.name}': extern (ksym) '${name}': not found in kernel symbols (ESRCH)`,
    { errno: "ESRCH", hint: "declare it __weak and test it for NULL where a kernel may lack it" },
  )
}

/** Writes a 64-bit immediate into an `lddw`, which from here on is a plain number. */
export function setImmediate(instructions: Instruction[], at: number, value: bigint): void {
  const low = instructions[at]
  const high = instructions[at + 1]
  if (!low || !high) throw new Error(`BUG: reference at slot ${at} is not a 64-bit load`)
  instructions[at] = { ...low, src: 0, imm: Number(BigInt.asIntN(32, value)) }
  instructions[at + 1] = { ...high, imm: Number(BigInt.asIntN(32, value >> 32n)) }
}
