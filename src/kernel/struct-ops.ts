import { LoadError } from "../base/index.ts"
import { type Btf, type BtfMember, type BtfTypeOf, essentialName, type TypeId } from "../btf/index.ts"
import type { MapSpec, ObjectSpec, StructOpsMember } from "../object/index.ts"

type Struct = BtfTypeOf<"struct">

/** A type of the kernel or of one of its modules. */
export interface KernelType {
  readonly id: TypeId
  /** Descriptor of the module's BTF; 0 for the kernel's own. Owned by whoever found it. */
  readonly module: number
  readonly btf: Btf
}

/** Finds a kernel's or module's type. */
export interface TypeFinder {
  find(name: string, kind: "struct"): KernelType | undefined
}

/** Where in the kernel's struct a program goes, and what it is loaded as. */
export interface KernelMember {
  readonly program: string
  /** Bytes from the start of the map's value: the program's descriptor is written there. */
  readonly offset: number
  /** The member's index in the kernel's struct: the program's expected attach type. */
  readonly index: number
}

/** A struct_ops map as this kernel wants it. */
export interface KernelStructOps {
  readonly spec: MapSpec
  /** `struct X` of the kernel. */
  readonly structId: TypeId
  /** `struct bpf_struct_ops_X`, the map's value. */
  readonly valueId: TypeId
  /** Descriptor of the module's BTF that describes both; 0 for the kernel's own. */
  readonly module: number
  /** The value, still without programs. */
  readonly value: Uint8Array
  readonly members: readonly KernelMember[]
}

/**
 * Rewrites an object's struct of functions as the kernel lays it out, member by member, by name (libbpf's
 * `bpf_map__init_kern_struct_ops`). Members that the kernel lacks must be zero. Throws LoadError in libbpf's words.
 */
export function toKernelStructOps(object: ObjectSpec, spec: MapSpec, types: TypeFinder): KernelStructOps {
  const { structOps } = spec
  if (!structOps || !object.btf) throw new Error(`BUG: map ${spec.name} is no struct_ops map`)
  const name = essentialName(structOps.typeName)
  const value = types.find(`bpf_struct_ops_${name}`, "struct")
  if (!value) throw missing(spec, `bpf_struct_ops_${name}`)
  const structId = value.btf.find(name, "struct")
  const kernel = structId === undefined ? undefined : value.btf.typeOf(structId, "struct")
  if (structId === undefined || !kernel) throw missing(spec, name)
  const whole = value.btf.typeOf(value.id, "struct") as Struct
  const data = whole.members.find(member => member.type === structId)
  if (!data)
    throw new LoadError(
      `struct_ops init_kern ${spec.name}: struct ${name} data is not found in struct bpf_struct_ops_${name} (EINVAL)`,
      { errno: "EINVAL" },
    )
  const bytes = new Uint8Array(whole.size)
  const start = data.bitOffset / 8
  const own = object.btf.typeOf(structOps.type, "struct") as Struct
  const conversion = new Conversion(object.btf, value.btf, kernel, spec)
  const source = spec.data ?? new Uint8Array(own.size)
  const members = own.members.flatMap(member => {
    const program = structOps.programs.find(each => each.offset * 8 === member.bitOffset)
    return conversion.member(member, program, source, bytes.subarray(start, start + kernel.size), start)
  })
  return { spec, structId, valueId: value.id, module: value.module, value: bytes, members }
}

class Conversion {
  readonly #own: Btf
  readonly #theirs: Btf
  readonly #kernel: Struct
  readonly #map: string

  constructor(own: Btf, theirs: Btf, kernel: Struct, spec: MapSpec) {
    this.#own = own
    this.#theirs = theirs
    this.#kernel = kernel
    this.#map = spec.name
  }

  /** Copies one member into the kernel's struct, or gives where its program goes. */
  member(
    member: BtfMember,
    program: StructOpsMember | undefined,
    source: Uint8Array,
    target: Uint8Array,
    start: number,
  ): KernelMember[] {
    const { name } = member
    const from = member.bitOffset / 8
    const type = this.#own.resolve(member.type)
    const size = this.#own.sizeOf(type)
    const content = source.subarray(from, from + size)
    const index = this.#kernel.members.findIndex(each => each.name === name)
    const theirs = this.#kernel.members[index]
    if (!theirs) {
      if (!program && content.every(byte => byte === 0)) return []
      throw this.#refuse(`Cannot find member ${name} in kernel BTF`, "leave it out, or zero, on this kernel")
    }
    if (member.bitSize !== 0 || theirs.bitSize !== 0) throw this.#refuse(`bitfield ${name} is not supported`)
    const theirType = this.#theirs.resolve(theirs.type)
    const [kind, theirKind] = [this.#own.kindOf(type), this.#theirs.kindOf(theirType)]
    if (kind !== theirKind)
      throw this.#refuse(`Unmatched member type ${name} ${kind} != ${theirKind}(kernel)`)
    const to = theirs.bitOffset / 8
    if (kind === "ptr") {
      if (!program) return []
      if (!this.#isFunctionPointer(theirType)) throw this.#refuse(`kernel member ${name} is not a func ptr`)
      return [{ program: program.program, offset: start + to, index }]
    }
    const theirSize = this.#theirs.sizeOf(theirType)
    if (size !== theirSize)
      throw this.#refuse(`Error in size of member ${name}: ${size} != ${theirSize}(kernel)`)
    target.set(content, to)
    return []
  }

  #isFunctionPointer(id: TypeId): boolean {
    const pointer = this.#theirs.typeOf(id, "ptr")
    return pointer !== undefined && this.#theirs.kindOf(this.#theirs.resolve(pointer.type)) === "func_proto"
  }

  #refuse(problem: string, hint?: string): LoadError {
    return new LoadError(`struct_ops init_kern ${this.#map}: ${problem} (EOPNOTSUPP)`, {
      errno: "EOPNOTSUPP",
      ...(hint !== undefined && { hint }),
    })
  }
}

/** Structs of operations that many kernels lack: the first release with them, and the option. */
const NEEDS: Readonly<Record<string, readonly [since: string, option: string]>> = {
  hid_bpf_ops: ["6.11", "CONFIG_HID_BPF"],
  sched_ext_ops: ["6.12", "CONFIG_SCHED_CLASS_EXT"],
}

function missing(spec: MapSpec, name: string): LoadError {
  const [since, option] = NEEDS[essentialName(spec.structOps?.typeName ?? "")] ?? []
  return new LoadError(
    `struct_ops init_kern: struct ${name} is not found in kernel BTF: map '${spec.name}' cannot be made (ESRCH)`,
    {
      errno: "ESRCH",
      hint: since
        ? `programs can implement it since Linux ${since}, where it is built with ${option}`
        : "this kernel has no such struct of operations that programs can implement",
    },
  )
}
