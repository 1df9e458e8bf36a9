import type { Btf } from "../../btf/index.ts"
import type { ProgramTypeName } from "../../catalog/index.ts"
import { assemble, CLASS, JUMP, LOAD64_OPCODE, PSEUDO_CALL } from "../../isa/index.ts"
import type { MapFacts, ProgramReference, VerifierKernel, VerifierProgram } from "../program.ts"

/** What a test says of a program besides its code. */
export interface ProgramOptions {
  readonly type?: ProgramTypeName
  readonly attachType?: VerifierProgram["attachType"]
  readonly sleepable?: boolean
  readonly btf?: Btf
  readonly maps?: Readonly<Record<string, MapFacts>>
}

/**
 * A program from assembly with two forms of its own: `call kfunc NAME`, and `r1 = map NAME` or `r1 = value NAME` for
 * one of `maps`.
 */
export function programOf(
  code: string,
  { btf: kernel }: VerifierKernel,
  { type = "sched_cls", attachType, sleepable = false, btf, maps = {} }: ProgramOptions = {},
): VerifierProgram {
  const kfuncs: string[] = []
  const loads: (ProgramReference | undefined)[] = []
  const plain = code.split("\n").map(line => {
    const [, kfunc] = /call kfunc (\w+)/.exec(line) ?? []
    if (kfunc) {
      kfuncs.push(kfunc)
      return "call kernel-function#1"
    }
    const [, register, kind, name = ""] = /(r\d) = (map|value) (\w+)/.exec(line) ?? []
    if (!kind) {
      if (/ ll$/.test(line.trim())) loads.push(undefined)
      return line
    }
    const map = maps[name]!
    loads.push(kind === "map" ? { kind: "map", map } : { kind: "mapValue", map, offset: 0 })
    return `${register} = 0 ll`
  })
  const instructions = assemble(plain.join("\n"))
  const references = new Map<number, ProgramReference>()
  instructions.forEach(({ opcode, src }, at) => {
    if (opcode === (CLASS.JMP | JUMP.CALL) && src === PSEUDO_CALL.KFUNC) {
      const name = kfuncs.shift()!
      references.set(at, { kind: "kfunc", name, btfId: kernel.find(name, "func") ?? 0 })
    } else if (opcode === LOAD64_OPCODE) {
      const reference = loads.shift()
      if (reference) references.set(at, reference)
    }
  })
  return bareProgram({ type, attachType, sleepable, instructions, references, btf })
}

/** A program of one function of which nothing else is known. */
export function bareProgram(
  facts: Pick<VerifierProgram, "type" | "instructions"> & Partial<VerifierProgram>,
): VerifierProgram {
  return {
    name: "test",
    attachType: undefined,
    sleepable: false,
    gpl: true,
    flags: 0,
    functions: [{ name: "test", start: 0, global: true }],
    references: new Map(),
    btf: undefined,
    lines: [],
    funcInfo: [],
    target: undefined,
    ...facts,
  }
}

/** References by slot; kfuncs, which tests name, with their numbers in the kernel's BTF. */
export function numbered(
  references: readonly (readonly [number, ProgramReference])[],
  { btf }: VerifierKernel,
): ReadonlyMap<number, ProgramReference> {
  return new Map(
    references.map(([at, reference]): [number, ProgramReference] => {
      if (reference.kind !== "kfunc") return [at, reference]
      return [at, { ...reference, btfId: btf.find(reference.name, "func") ?? 0 }]
    }),
  )
}

/** A map without special fields, of small keys and one entry unless told otherwise. */
export function plainMap(
  name: string,
  type: number,
  valueSize: number,
  { keySize = 4, maxEntries = 1, flags = 0 }: Partial<MapFacts> = {},
): MapFacts {
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    inner: undefined,
    constants: undefined,
    fields: [],
    btf: undefined,
    valueType: undefined,
  }
}
