import { AttachError } from "../../base/index.ts"
import { type Btf, type BtfValue, findMember, type TypeId, writeValue } from "../../btf/index.ts"
import { MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { parseUsdtArguments, USDT_ARGUMENT, type UsdtArgument } from "../elf/usdt-arguments.ts"
import type { CreatedMap } from "../load/create-maps.ts"

const SPECS = "__bpf_usdt_specs"
const ADDRESSES = "__bpf_usdt_ip_to_spec_id"
const [ANY, NOEXIST] = [0, 1]

/**
 * The argument descriptions that programs with bpf/usdt.bpf.h look up when a probe is hit: in one map of the object, by
 * the number that the probe carries as its cookie. One for all programs of an object.
 */
export class UsdtSpecs {
  readonly #bpf: Bpf
  readonly #btf: Btf | undefined
  readonly #maps: ReadonlyMap<string, CreatedMap>
  readonly #free: number[] = []
  #next = 0

  constructor(bpf: Bpf, btf: Btf | undefined, maps: ReadonlyMap<string, CreatedMap>) {
    this.#bpf = bpf
    this.#btf = btf
    this.#maps = maps
  }

  /** Writes the description of an argument string and gives its number. Throws AttachError. */
  add(text: string, cookie: bigint): number {
    const map = this.#map(SPECS)
    if (process.arch !== "x64" && text !== "")
      throw new AttachError(
        `USDT arguments '${text}' of ${process.arch} cannot be read: x64's can (EOPNOTSUPP)`,
        {
          errno: "EOPNOTSUPP",
        },
      )
    const args = parseUsdtArguments(text)
    const value = new Uint8Array(map.spec.valueSize)
    this.#write(map.spec.valueType, args, cookie, value)
    const id = this.#free.pop() ?? this.#next++
    if (id >= map.maxEntries)
      throw new AttachError(`map '${SPECS}': all ${map.maxEntries} entries are in use (E2BIG)`, {
        errno: "E2BIG",
        hint: "define BPF_USDT_MAX_SPEC_CNT before including bpf/usdt.bpf.h",
      })
    const key = new Uint8Array(Uint32Array.of(id).buffer)
    this.#bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: map.descriptor.fd, key, value, flags: ANY })
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
    const map_fd = this.#map(ADDRESSES).descriptor.fd
    this.#bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd, key, value, flags: NOEXIST })
  }

  removeAddress(address: bigint): void {
    const key = new Uint8Array(BigUint64Array.of(address).buffer)
    const { descriptor } = this.#map(ADDRESSES)
    if (descriptor.isOpen) this.#bpf.try("BPF_MAP_DELETE_ELEM", MAP_ELEMENT, { map_fd: descriptor.fd, key })
  }

  #map(name: string): CreatedMap {
    const map = this.#maps.get(name)
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
