import { LoadError } from "../../base/index.ts"
import { type KernelStructOps, structOpsNotMade, toKernelStructOps } from "../../kernel/index.ts"
import { kernelName, type MapSpec, type ObjectSpec } from "../../object/index.ts"
import { MAP_CREATE } from "../bpf/attributes.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import type { KernelTypes } from "../machine/kernel-types.ts"
import type { CreatedMap, MapPlan } from "./create-maps.ts"
import type { LoadedProgram } from "./load-program.ts"

const STRUCT_OPS = 26
const BPF_F_LINK = 1 << 13
const BPF_F_VTYPE_BTF_OBJ_FD = 1 << 15

/** What a program of a struct_ops map is loaded as. */
export interface ProgramMember {
  /** `struct X` in the kernel's BTF, or in that of the module whose descriptor is `module`. */
  readonly btfId: number
  readonly module: number
  readonly index: number
}

/** The struct_ops maps of an object that are made on this kernel, of the data that `dataOf` gives. Throws LoadError. */
export function structOpsOf(
  object: ObjectSpec,
  types: KernelTypes,
  dataOf: (map: MapSpec) => Uint8Array | undefined,
): KernelStructOps[] {
  return object.maps
    .filter(map => map.structOps?.autocreate)
    .map(spec => toKernelStructOps(object, { ...spec, data: dataOf(spec) }, types))
}

/** Each program's member. A program may stand in several maps, in the same member. Throws LoadError (EINVAL). */
export function programMembers(maps: readonly KernelStructOps[]): Map<string, ProgramMember> {
  const members = new Map<string, ProgramMember>()
  for (const { structId, module, spec, members: own } of maps)
    for (const { program, index } of own) {
      const known = members.get(program)
      if (known && (known.btfId !== structId || known.index !== index))
        throw new LoadError(
          `struct_ops init_kern ${spec.name}: invalid reuse of prog ${program}: another map has it in another member (EINVAL)`,
          { errno: "EINVAL", hint: "write a program for each member" },
        )
      members.set(program, { btfId: structId, module, index })
    }
  return members
}

/** Makes one of the maps. The kernel registers nothing before the value is set. Throws MapError. */
export function createStructOpsMap(
  { bpf, features, btf }: MapPlan,
  { spec, valueId, value, module }: KernelStructOps,
): CreatedMap {
  const flags = (spec.structOps?.link ? BPF_F_LINK : 0) | (module === 0 ? 0 : BPF_F_VTYPE_BTF_OBJ_FD)
  const { result } = bpf.try("BPF_MAP_CREATE", MAP_CREATE, {
    map_type: STRUCT_OPS,
    key_size: 4,
    value_size: value.length,
    max_entries: 1,
    map_flags: flags,
    ...(features.names && { map_name: kernelName(spec.name) }),
    // The kernel asks for the object's types although it describes the value by its own.
    ...(btf !== undefined && { btf_fd: btf }),
    btf_vmlinux_value_type_id: valueId,
    ...(module !== 0 && { value_type_btf_obj_fd: module }),
  })
  if (result >= 0)
    return { spec, descriptor: new Descriptor(bpf.native, result), maxEntries: 1, reused: false }
  throw structOpsNotMade(spec, -result)
}

/** The value with the descriptors of its programs: what registers it. */
export function structOpsValue(
  { value, members, spec }: KernelStructOps,
  programs: readonly LoadedProgram[],
): Uint8Array {
  const bytes = value.slice()
  const view = new DataView(bytes.buffer)
  for (const { program, offset } of members) {
    const loaded = programs.find(each => each.spec.name === program)
    if (!loaded)
      throw new LoadError(`map '${spec.name}': its prog '${program}' is not loaded (EBADF)`, {
        errno: "EBADF",
        hint: `load ${program} too`,
      })
    view.setBigUint64(offset, BigInt(loaded.descriptor.fd), true)
  }
  return bytes
}
