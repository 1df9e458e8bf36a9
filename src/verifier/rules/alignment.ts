import { isAligned } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"

/** Ethernet headers have 14 bytes: packets start two bytes off where the machine asks for alignment. */
const PACKET_SHIFT = 2

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  [TYPE.FLOW_KEYS]: "flow keys ",
  [TYPE.MAP_KEY]: "key ",
  [TYPE.MAP_VALUE]: "value ",
  [TYPE.CTX]: "context ",
  [TYPE.STACK]: "stack ",
  [TYPE.SOCKET]: "sock ",
  [TYPE.SOCK_COMMON]: "sock_common ",
  [TYPE.TCP_SOCK]: "tcp_sock ",
  [TYPE.XDP_SOCK]: "xdp_sock ",
}

/** Accesses are aligned where the load asks for it, and on the stack always: spills are followed by the slot. */
export function checkAlignment(
  walk: Walk,
  pointer: Register,
  offset: number,
  size: number,
  once: boolean,
): void {
  const { type, scalar, off } = pointer
  const strict = walk.strictAlignment || once || type === TYPE.STACK
  if (!strict || size === 1 || type === TYPE.ARENA) return
  const isPacket = type === TYPE.PACKET || type === TYPE.PACKET_META
  const shift = isPacket ? PACKET_SHIFT : 0
  if (isAligned(scalar, shift + off + offset, size)) return
  const where = isPacket
    ? `packet access off ${PACKET_SHIFT}+${tnumText(walk, scalar.bits)}`
    : `${DESCRIPTIONS[type] ?? ""}access off ${tnumText(walk, scalar.bits)}`
  reject(walk, ERRNO.EACCES, `misaligned ${where}+${off}+${offset} size ${size}`, "alignment")
}
