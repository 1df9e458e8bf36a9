import { decodeUtf8, errnoNumber, MapError, NotModelledError } from "../../base/index.ts"
import type { BtfKind } from "../../btf/index.ts"
import { COMMANDS } from "../../catalog/index.ts"
import { deleteElement, type MapStorage, updateElement } from "../maps/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperKernel, HelperTable } from "./helper.ts"

/** Fields of union bpf_attr (include/uapi/linux/bpf.h), by command. */
const CREATE = { type: 0, keySize: 4, valueSize: 8, maxEntries: 12, flags: 16, name: 28, nameSize: 16 }
const ELEMENT = { fd: 0, key: 8, value: 16, flags: 24 }

/** What bpf(2) was given; what lies behind its end counts as 0. */
interface Attributes {
  word(at: number): number
  long(at: number): bigint
  text(at: number, size: number): string
  /** Whether any byte from one place up to another is not 0. */
  hasAny(from: number, to: number): boolean
}

function attributesAt({ memory }: HelperKernel, address: number, size: number): Attributes {
  const bytes = new Uint8Array(Math.max(size, 128))
  bytes.set(memory.read(address, size))
  const view = new DataView(bytes.buffer)
  return {
    word: at => view.getUint32(at, true),
    long: at => view.getBigUint64(at, true),
    hasAny: (from, to) => bytes.subarray(from, to).some(byte => byte !== 0),
    text: (at, length) => decodeUtf8(bytes.subarray(at, at + length)).replace(/\0.*$/s, ""),
  }
}

/** Where the attributes of each command end: what lies behind has to be 0. */
function endOf(kernel: HelperKernel, command: string): number {
  if (command === "BPF_MAP_CREATE") return kernel.since("6.9") ? 80 : 72
  return command === "BPF_MAP_DELETE_ELEM" ? ELEMENT.value : ELEMENT.flags + 8
}

function createMap(kernel: HelperKernel, { word, text, hasAny }: Attributes): number {
  if (
    hasAny(CREATE.flags + 4, CREATE.name) ||
    hasAny(CREATE.name + CREATE.nameSize, endOf(kernel, "BPF_MAP_CREATE"))
  )
    throw new NotModelledError(
      "bpf_sys_bpf with BPF_MAP_CREATE of types, inner maps or devices is not modelled by the embedded kernel yet",
    )
  return kernel.openMap({
    type: word(CREATE.type),
    keySize: word(CREATE.keySize),
    valueSize: word(CREATE.valueSize),
    maxEntries: word(CREATE.maxEntries),
    flags: word(CREATE.flags),
    extra: 0n,
    name: text(CREATE.name, CREATE.nameSize),
  })
}

/** Commands on one element: 0 or a negative errno. */
function onElement(
  kernel: HelperKernel,
  { word, long }: Attributes,
  run: (map: MapStorage, key: Uint8Array, value: number, flags: bigint) => boolean,
): number {
  const map = kernel.mapOfDescriptor(word(ELEMENT.fd))
  if (!map) return -errnoNumber("EBADF")
  const { memory } = kernel
  const at = Number(long(ELEMENT.key))
  const key = memory.read(at, map.attributes.keySize)
  return run(map, key, Number(long(ELEMENT.value)), long(ELEMENT.flags)) ? 0 : -errnoNumber("ENOENT")
}

const MODELLED: Readonly<Record<string, (kernel: HelperKernel, attributes: Attributes) => number>> = {
  BPF_MAP_CREATE: createMap,
  BPF_MAP_UPDATE_ELEM: (kernel, attributes) =>
    onElement(kernel, attributes, (map, key, value, flags) => {
      updateElement(map, key, kernel.memory.read(value, map.attributes.valueSize), flags)
      return true
    }),
  BPF_MAP_DELETE_ELEM: (kernel, attributes) =>
    onElement(kernel, attributes, (map, key) => deleteElement(map, key)),
}

/** What bpf(2) may be asked for by a program: it may change elements, and not look them up. */
const ALLOWED = new Set([
  ...["BPF_MAP_CREATE", "BPF_MAP_UPDATE_ELEM", "BPF_MAP_DELETE_ELEM"],
  ...[
    "BPF_MAP_FREEZE",
    "BPF_MAP_GET_FD_BY_ID",
    "BPF_PROG_LOAD",
    "BPF_LINK_CREATE",
    "BPF_RAW_TRACEPOINT_OPEN",
    "BPF_BTF_LOAD",
  ],
])

/** Kinds of types by their numbers in BTF, as far as they have names. */
const KINDS: Readonly<Record<number, BtfKind>> = {
  ...{ 1: "int", 4: "struct", 5: "union", 6: "enum", 7: "fwd", 8: "typedef" },
  ...{ 12: "func", 14: "var", 15: "datasec", 16: "float", 19: "enum64" },
}

/** What programs of type syscall may do that others may not: system calls. */
export const SYSTEM_HELPERS: HelperTable = {
  bpf_sys_bpf: (kernel, [number, attributes, size]) => {
    const name = COMMANDS.find(row => row.number === Number(number))?.abi ?? ""
    if (!ALLOWED.has(name)) return -errnoNumber("EINVAL")
    const run = MODELLED[name]
    if (!run)
      throw new NotModelledError(`bpf_sys_bpf with ${name} is not modelled by the embedded kernel yet`)
    try {
      const at = memoryArgument(kernel, attributes, size)
      const given = attributesAt(kernel, at, Number(size))
      if (given.hasAny(endOf(kernel, name), Number(size))) return -errnoNumber("EINVAL")
      return run(kernel, given)
    } catch (error) {
      if (error instanceof MapError && error.errno) return -errnoNumber(error.errno)
      throw error
    }
  },

  bpf_sys_close: (kernel, [fd]) =>
    kernel.closeDescriptor(Number(fd & 0xffff_ffffn)) ? 0 : -errnoNumber("EBADF"),

  /** The id of a type in the kernel's own BTF. */
  bpf_btf_find_by_name_kind: (kernel, [name, size, kind, flags]) => {
    const length = Number(size & 0xffff_ffffn)
    if (flags !== 0n || length <= 1) return -errnoNumber("EINVAL")
    const bytes = kernel.memory.read(memoryArgument(kernel, name, BigInt(length)), length)
    if (bytes[length - 1] !== 0) return -errnoNumber("EINVAL")
    const wanted = KINDS[Number(kind & 0xffff_ffffn)]
    const text = decodeUtf8(bytes.subarray(0, bytes.indexOf(0)))
    const id = wanted && kernel.types.btf.find(text, wanted)
    return id ?? -errnoNumber("ENOENT")
  },

  /** Writes the address of a symbol, or 0 where there is none. */
  bpf_kallsyms_lookup_name: (kernel, [name, size, flags, result]) => {
    const length = Number(size & 0xffff_ffffn)
    const { memory } = kernel
    const at = memoryArgument(kernel, result, 8n)
    memory.view.setBigUint64(at, 0n, true)
    if (flags !== 0n || length <= 1) return -errnoNumber("EINVAL")
    const bytes = memory.read(memoryArgument(kernel, name, BigInt(length)), length)
    if (bytes[length - 1] !== 0) return -errnoNumber("EINVAL")
    const address = kernel.addressOf(decodeUtf8(bytes.subarray(0, bytes.indexOf(0))))
    if (address === undefined) return -errnoNumber("ENOENT")
    memory.view.setBigUint64(at, address, true)
    return 0
  },
}
