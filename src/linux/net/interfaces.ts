import { NetlinkError, noInterface, type XdpMode, type XdpPrograms } from "../../kernel/index.ts"
import type { Native } from "../ffi/native.ts"
import {
  type Attributes,
  decodeAttributes,
  nested,
  nestedOf,
  numberOf,
  s32,
  text,
  textOf,
  u32,
} from "./attributes.ts"
import type { NetlinkMessage } from "./message.ts"
import { Netlink } from "./netlink.ts"

const [RTM_GETLINK, RTM_SETLINK] = [18, 19]
const [IFLA_IFNAME, IFLA_XDP] = [3, 43]
const [IFLA_XDP_FD, IFLA_XDP_ATTACHED, IFLA_XDP_FLAGS, IFLA_XDP_PROG_ID] = [1, 2, 3, 4]
const [IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID, IFLA_XDP_HW_PROG_ID, IFLA_XDP_EXPECTED_FD] = [5, 6, 7, 8]
/** `struct ifinfomsg`: the interface's index stands at 4. */
const IFINFO_BYTES = 16
const ENODEV = 19

/** Bits of IFLA_XDP_FLAGS, and of a link's flags. */
export const XDP_FLAGS = { ifNoExist: 1, generic: 2, native: 4, offload: 8, replace: 16 } as const

/** The index of a network interface. Throws AttachError (ENODEV), with the names that are there. */
export function interfaceIndex(native: Native, name: string): number {
  using netlink = new Netlink(native)
  return interfaceOf(netlink, name).index
}

/** The programs on an interface's XDP hooks, as `bpftool net` lists them. Throws AttachError (ENODEV). */
export function xdpPrograms(native: Native, name: string): XdpPrograms {
  using netlink = new Netlink(native)
  return interfaceOf(netlink, name).xdp
}

/**
 * Puts a program on an interface, or takes it off (`fd` −1). With `expected` only where that program stands there:
 * −1 for none. Throws NetlinkError with the kernel's words.
 */
export function setXdp(
  native: Native,
  index: number,
  { fd, flags, expected }: { readonly fd: number; readonly flags: number; readonly expected?: number },
): void {
  using netlink = new Netlink(native)
  const attributes = [
    s32(IFLA_XDP_FD, fd),
    ...(flags !== 0 ? [u32(IFLA_XDP_FLAGS, flags)] : []),
    ...(expected !== undefined ? [s32(IFLA_XDP_EXPECTED_FD, expected)] : []),
  ]
  netlink.request({
    type: RTM_SETLINK,
    fixed: interfaceHeader(index),
    attributes: [nested(IFLA_XDP, attributes)],
  })
}

function interfaceOf(netlink: Netlink, name: string): { readonly index: number; readonly xdp: XdpPrograms } {
  // The kernel refuses names of 16 bytes or more with words of its own; those are as absent as any other.
  try {
    const answers = netlink.request({
      type: RTM_GETLINK,
      fixed: new Uint8Array(IFINFO_BYTES),
      attributes: [text(IFLA_IFNAME, name)],
    })
    const [answer] = answers
    if (answer) return { index: indexOf(answer), xdp: xdpOf(attributesOf(answer)) }
  } catch (error) {
    if (!(error instanceof NetlinkError) || (error.number !== ENODEV && name.length < 16)) throw error
  }
  const names = netlink
    .dump({ type: RTM_GETLINK, fixed: new Uint8Array(IFINFO_BYTES) })
    .map(message => textOf(attributesOf(message), IFLA_IFNAME) ?? "")
  throw noInterface(name, names)
}

function interfaceHeader(index: number): Uint8Array {
  const bytes = new Uint8Array(IFINFO_BYTES)
  new DataView(bytes.buffer).setInt32(4, index, true)
  return bytes
}

function indexOf({ payload }: NetlinkMessage): number {
  requireHeader(payload)
  return new DataView(payload.buffer, payload.byteOffset).getInt32(4, true)
}

function attributesOf({ payload }: NetlinkMessage): Attributes {
  requireHeader(payload)
  return decodeAttributes(payload.subarray(IFINFO_BYTES))
}

function requireHeader(payload: Uint8Array): void {
  if (payload.length < IFINFO_BYTES)
    throw new NetlinkError(`a description of an interface has ${payload.length} bytes only`, "EPROTO")
}

/** IFLA_XDP_ATTACHED of enum: where there is one program only, older kernels give its id alone. */
const MODES: readonly (XdpMode | undefined)[] = [undefined, "native", "generic", "offload"]

function xdpOf(attributes: Attributes): XdpPrograms {
  const xdp = nestedOf(attributes, IFLA_XDP)
  const ids: [XdpMode, number | undefined][] = [
    ["native", numberOf(xdp, IFLA_XDP_DRV_PROG_ID)],
    ["generic", numberOf(xdp, IFLA_XDP_SKB_PROG_ID)],
    ["offload", numberOf(xdp, IFLA_XDP_HW_PROG_ID)],
  ]
  const mode = MODES[numberOf(xdp, IFLA_XDP_ATTACHED) ?? 0]
  if (mode) ids.unshift([mode, numberOf(xdp, IFLA_XDP_PROG_ID)])
  return Object.fromEntries(ids.filter(([, id]) => id !== undefined && id !== 0))
}
