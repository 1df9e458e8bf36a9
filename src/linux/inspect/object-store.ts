import { readFileSync } from "node:fs"
import type { ObjectKind } from "../../kernel/index.ts"
import { OBJECT_ID, OBJECT_INFO } from "../bpf/attributes.ts"
import type { Bpf, BpfCommand } from "../bpf/bpf.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import { readStructure, type Structure, type Values, writeStructure } from "../ffi/structure.ts"

const ENOENT = 2

const NEXT_ID: Readonly<Record<ObjectKind, BpfCommand>> = {
  program: "BPF_PROG_GET_NEXT_ID",
  map: "BPF_MAP_GET_NEXT_ID",
  link: "BPF_LINK_GET_NEXT_ID",
  btf: "BPF_BTF_GET_NEXT_ID",
}

const OPEN_BY_ID: Readonly<Record<ObjectKind, BpfCommand>> = {
  program: "BPF_PROG_GET_FD_BY_ID",
  map: "BPF_MAP_GET_FD_BY_ID",
  link: "BPF_LINK_GET_FD_BY_ID",
  btf: "BPF_BTF_GET_FD_BY_ID",
}

/** Every id of a kind, ascending. Throws LinuxCallError. */
export function idsOf(bpf: Bpf, kind: ObjectKind): number[] {
  const ids: number[] = []
  for (let id = 0; ; ) {
    // The answer is written behind the question.
    const { result, attributes } = bpf.try(NEXT_ID[kind], OBJECT_ID, { id }, 8)
    if (result === -ENOENT) return ids
    if (result < 0) throw new LinuxCallError(NEXT_ID[kind], -result)
    id = attributes.next_id
    ids.push(id)
  }
}

/** A descriptor of the object with this id; undefined when it is gone. Throws LinuxCallError. */
export function openById(bpf: Bpf, kind: ObjectKind, id: number): Descriptor | undefined {
  const { result } = bpf.try(OPEN_BY_ID[kind], OBJECT_ID, { id })
  if (result === -ENOENT) return undefined
  if (result < 0) throw new LinuxCallError(OPEN_BY_ID[kind], -result)
  return new Descriptor(bpf.native, result)
}

/** As `openById`, for objects that are to be there. Throws LinuxCallError (ENOENT). */
export function requireById(bpf: Bpf, kind: ObjectKind, id: number): Descriptor {
  const descriptor = openById(bpf, kind, id)
  if (!descriptor) throw new LinuxCallError(OPEN_BY_ID[kind], ENOENT)
  return descriptor
}

/**
 * BPF_OBJ_GET_INFO_BY_FD into `size` bytes, where `values` ask for more, such as buffers. The bytes are a copy;
 * what the buffers hold is up to the caller.
 */
export function objectInfo<S extends Structure>(
  bpf: Bpf,
  fd: number,
  structure: S,
  size: number,
  values: Values<S> = {},
): { readonly info: ReturnType<typeof readStructure<S>>; readonly bytes: Uint8Array } {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(size)
  writeStructure(structure, values, bytes, scratch)
  bpf.call("BPF_OBJ_GET_INFO_BY_FD", OBJECT_INFO, { bpf_fd: fd, info_len: size, info: address })
  return { info: readStructure(structure, bytes), bytes: bytes.slice() }
}

/** Lines of /proc/self/fdinfo about a descriptor, by name: what the kernel tells there alone. */
export function descriptorFacts(fd: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1").split("\n")
  return new Map(
    lines.flatMap(line => {
      const colon = line.indexOf(":")
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const]
    }),
  )
}

export function numberFact(facts: ReadonlyMap<string, string>, name: string): number | undefined {
  const value = facts.get(name)
  return value === undefined ? undefined : Number.parseInt(value, 10)
}
