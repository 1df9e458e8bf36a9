import { CONTEXT_LAYOUTS, type ContextField, fieldBytes, fitsShape } from "../../catalog/details.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { baseType, TYPE, typeName } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"
import { refuseNegative } from "./regions.ts"

/** Loads from the sockets that programs see as UAPI structures. */
export function accessSocket(
  walk: Walk,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
): void {
  if (pointer.scalar.nearSmin < 0) refuseNegative(walk, number)
  if (offset >= 0 && offset % size === 0 && mayRead(baseType(pointer.type), offset, size)) return
  reject(
    walk,
    ERRNO.EACCES,
    `R${number} invalid ${typeName(pointer.type)} access off=${offset} size=${size}`,
    "memory-bounds",
  )
}

/** Fields that only a full socket has. */
const FULL_ONLY = { first: 8, end: 24 }

/** `struct bpf_tcp_sock`: numbers of four bytes, and two of eight. */
const TCP_SOCK = { size: 116, wide: [80, 88] }

function mayRead(base: number, offset: number, size: number): boolean {
  switch (base) {
    case TYPE.SOCK_COMMON:
      if (offset >= FULL_ONLY.first && offset < FULL_ONLY.end) return false
      return readsSocket(offset, size)
    case TYPE.SOCKET:
      return readsSocket(offset, size)
    case TYPE.TCP_SOCK:
      if (offset >= TCP_SOCK.size) return false
      return size === (TCP_SOCK.wide.includes(offset) ? 8 : 4)
    default:
      // struct bpf_xdp_sock has one number.
      return offset === 0 && size === 4
  }
}

function readsSocket(offset: number, size: number): boolean {
  const fields: readonly ContextField[] = CONTEXT_LAYOUTS.bpf_sock.fields
  return fields.some(
    field =>
      offset >= field.offset &&
      offset < field.offset + fieldBytes(field) &&
      fitsShape(field.read, field, offset, size),
  )
}
