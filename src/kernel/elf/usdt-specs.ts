import { AttachError } from "../../base/index.ts"
import { type Btf, type BtfValue, findMember, type TypeId, writeValue } from "../../btf/index.ts"
import { parseUsdtArguments, USDT_ARGUMENT, type UsdtArgument } from "./usdt-arguments.ts"

const SPECS = "__bpf_usdt_specs"
const ADDRESSES = "__bpf_usdt_ip_to_spec_id"
const [ANY, NOEXIST] = [0, 1]

/** A map of the object, by bytes. */
export interface UsdtMap {
  readonly valueSize: number
  readonly valueType: TypeId | undefined
  readonly maxEntries: number
  update(key: Uint8Array, value: Uint8Array, flags: number): void
  /** Does nothing when the map is closed. */
  remove(key: Uint8Array): void
}

/**
 * The argument descriptions that programs with bpf/usdt.bpf.h look up when a probe is hit: in one map of the object, by
 * the number that the probe carries as its cookie. One for all programs of an object.
 */
export class UsdtSpecs {
  readonly #btf: Btf | undefined
  readonly #mapOf: (name: string) => UsdtMap | undefined
  readonly #free: number[] = []
  #next = 0

  /** `btf`: the object's types. */
  constructor(btf: Btf | undefined, mapOf: (name: string) => UsdtMap | undefined) {
    this.#btf = btf
    this.#mapOf = mapOf
  }

  /** Writes the description of an argument string and gives its number. Throws AttachError. */
  add(text: string, cookie: bigint): number {
    const map = this.#map(SPECS)
    const args = parseUsdtArguments(text)
    const value = new Uint8Array(map.valueSize)
    this.#write(map.valueType, args, cookie, value)
    const id = this.#free.pop() ?? this.#next++
    if (id >= map.maxEntries)
      throw new AttachError(`map '${SPECS}': all ${map.maxEntries} entries are in use (E2BIG)`, {
        errno: "E2BIG",
        hint: "define BPF_USDT_MAX_SPEC_CNT before including bpf/usdt.bpf.h",
      })
    const key = new Uint8Array(Uint32Array.of(id).buffer)
    map.update(key, value, ANY)
    return id
  }

  /** A number that no probe carries any more. */
  release(id: number): void {
    this.#free.push(id)
  }

  /** For kernels without cookies (before 5.15): which description the probe at an address has. */
  setAddress(address: bigint, id: number): void {
    const key = new Uint8Array(BigUint64Array.of(address).buffer)
    const value = new Uint8Array(Uint32Array.of(id).buffer)
    this.#map(ADDRESSES).update(key, value, NOEXIST)
  }

  removeAddress(address: bigint): void {
    const key = new Uint8Array(BigUint64Array.of(address).buffer)
    this.#map(ADDRESSES).remove(key)
  }

  #map(name: string): UsdtMap {
    const map = this.#mapOf(name)
    if (map) return map
    throw new AttachError(`usdt: the object has no map '${name}' (ESRCH)`, {
      errno: "ESRCH",
      hint: "include bpf/usdt.bpf.h in the program",
    })
  }

  /** By the object's own types: the struct grew a form (indexed places) in libbpf 1.7. */
  #write(type: TypeId | undefined, args: readonly UsdtArgument[], cookie: bigint, bytes: Uint8Array): void {
    if (!this.#btf || type === undefined)
      throw new AttachError(`map '${SPECS}' has no types: compile the object with -g (EINVAL)`, {
        errno: "EINVAL",
      })
    if (args.some(({ kind }) => kind === "indexed") && !findMember(this.#btf, type, "args[0].idx_reg_off"))
      throw new AttachError(
        "an argument is at register + register · scale, which this object cannot read (EOPNOTSUPP)",
        {
          errno: "EOPNOTSUPP",
          hint: "compile it with bpf/usdt.bpf.h of libbpf 1.7 or newer",
        },
      )
    const value: BtfValue = {
      args: args.map(specOf),
      usdt_cookie: BigInt.asUintN(64, cookie),
      arg_cnt: args.length,
    }
    writeValue(this.#btf, type, value, bytes)
  }
}

/** `struct __bpf_usdt_arg_spec`. */
function specOf(argument: UsdtArgument): { [name: string]: BtfValue } {
  return {
    val_off: BigInt.asUintN(64, argument.value),
    arg_type: USDT_ARGUMENT[argument.kind],
    reg_off: argument.register,
    arg_signed: argument.isSigned,
    arg_bitshift: 64 - argument.size * 8,
    ...(argument.kind === "indexed" && {
      idx_reg_off: argument.index,
      scale_bitshift: argument.scaleShift,
    }),
  }
}
