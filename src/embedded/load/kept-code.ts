import { type Instruction, PSEUDO_CALL, PSEUDO_LOAD } from "../../isa/index.ts"
import type { Reference } from "../../object/index.ts"
import type { MapStorage } from "../maps/index.ts"
import { type GivenProgram, symbolAddress } from "./given-program.ts"
import type { Resolution } from "./resolution.ts"

/** Kernel code is called by its distance from this symbol. */
const CALL_BASE = "__bpf_call_base"

/** A program's code as the kernel keeps it for those who ask. */
export class KeptCode {
  readonly #given: GivenProgram
  readonly #resolution: Resolution

  constructor(given: GivenProgram, resolution: Resolution) {
    this.#given = given
    this.#resolution = resolution
  }

  /** As it was loaded, with zero for what differs from load to load: descriptors of maps, and places in them. */
  loaded(): readonly Instruction[] {
    const { profile } = this.#resolution
    const filled = this.#filled(({ name, kind, isKconfig }) => {
      if (isKconfig) return [PSEUDO_LOAD.MAP_VALUE, 0, 0]
      const id = profile.btf().find(name, kind === "kfunc" ? "func" : "var")
      return [PSEUDO_LOAD.BTF_ID, id ?? 0, 0]
    })
    for (const { kind, at } of this.#given.references)
      if (kind === "mapValue") setLoad(filled, at, [PSEUDO_LOAD.MAP_VALUE, 0, 0])
    return filled
  }

  /**
   * With ids for descriptors and addresses for symbols. What the verifier rewrites (context accesses, helpers that it
   * inlines) stands as it was loaded.
   */
  kept(): readonly Instruction[] {
    const { profile, object, maps } = this.#resolution
    const base = profile.symbols().find(CALL_BASE)?.address ?? 0n
    const filled = [
      ...this.#filled(({ name, isKconfig }) => {
        if (isKconfig) {
          const map = object.maps.find(({ kind }) => kind === "kconfig")
          const offset = object.externs.find(each => each.name === name)
          return [
            PSEUDO_LOAD.MAP_VALUE,
            maps.get(map?.name ?? "")?.id ?? 0,
            offset?.kind === "kconfig" ? offset.offset : 0,
          ]
        }
        const address = symbolAddress(name, profile) ?? 0n
        return [0, Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n))]
      }),
    ]
    for (const reference of this.#given.references) {
      if (reference.kind === "map")
        setLoad(filled, reference.at, [PSEUDO_LOAD.MAP_FD, this.#mapId(reference), 0])
      if (reference.kind === "mapValue")
        setLoad(filled, reference.at, [PSEUDO_LOAD.MAP_VALUE, this.#mapId(reference), reference.offset])
      if (reference.kind !== "kfunc") continue
      const address = profile.symbols().find(reference.extern)?.address
      if (address !== undefined)
        filled[reference.at] = { ...filled[reference.at]!, imm: Number(BigInt.asIntN(32, address - base)) }
    }
    return filled
  }

  #mapId({ map }: Extract<Reference, { readonly map: string }>): number {
    return this.#resolution.maps.get(map)?.id ?? 0
  }

  /** Calls by the id of their function's type; loads of externs as they are told. */
  #filled(load: (extern: NamedExtern) => LoadParts): Instruction[] {
    const { profile, object } = this.#resolution
    const instructions = [...this.#given.instructions]
    for (const reference of this.#given.references) {
      if (reference.kind === "kfunc")
        instructions[reference.at] = {
          ...instructions[reference.at]!,
          src: PSEUDO_CALL.KFUNC,
          off: 0,
          imm: profile.btf().find(reference.extern, "func") ?? 0,
        }
      if (reference.kind !== "extern") continue
      const kind = object.externs.find(({ name }) => name === reference.extern)?.kind
      setLoad(
        instructions,
        reference.at,
        load({ name: reference.extern, kind, isKconfig: kind === "kconfig" }),
      )
    }
    return instructions
  }
}

interface NamedExtern {
  readonly name: string
  readonly kind: string | undefined
  readonly isKconfig: boolean
}

/** Pseudo source register and both halves of a 64-bit load. */
type LoadParts = readonly [src: number, low: number, high: number]

function setLoad(instructions: Instruction[], at: number, [src, low, high]: LoadParts): void {
  const [first, second] = [instructions[at], instructions[at + 1]]
  if (!first || !second) throw new Error(`BUG: reference at slot ${at} is not a 64-bit load`)
  instructions[at] = { ...first, src, imm: low }
  instructions[at + 1] = { ...second, imm: high }
}

/** The maps that a program refers to, each once, in the order of its code. */
export function usedMaps({ references }: GivenProgram, { maps, object }: Resolution): MapStorage[] {
  const used = new Set<MapStorage>()
  for (const reference of [...references].sort((a, b) => a.at - b.at)) {
    const name = "map" in reference ? reference.map : kconfigMap(reference, object)
    const map = name === undefined ? undefined : maps.get(name)
    if (map) used.add(map)
  }
  return [...used]
}

function kconfigMap(reference: Reference, { externs, maps }: Resolution["object"]): string | undefined {
  if (reference.kind !== "extern") return undefined
  const isKconfig = externs.find(({ name }) => name === reference.extern)?.kind === "kconfig"
  return isKconfig ? maps.find(({ kind }) => kind === "kconfig")?.name : undefined
}
