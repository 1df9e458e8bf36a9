import type { DeviceFilter, DeviceHooks } from "../../kernel/index.ts"
import type { Native } from "../ffi/native.ts"
import { type Attributes, decodeAttributes, nestedOf, numberOf, textOf } from "../net/attributes.ts"
import { Netlink } from "../net/netlink.ts"

const [RTM_GETLINK, RTM_GETQDISC, RTM_GETTCLASS, RTM_GETTFILTER] = [18, 38, 42, 46]
const AF_PACKET = 17
const IFINFO_BYTES = 16
const [IFLA_IFNAME, IFLA_XDP] = [3, 43]
const [IFLA_XDP_ATTACHED, IFLA_XDP_PROG_ID] = [2, 4]
const [IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID, IFLA_XDP_HW_PROG_ID] = [5, 6, 7]
/** IFLA_XDP_ATTACHED: one program in one mode, or several modes at once. */
const MODES = [undefined, "driver", "generic", "offload"] as const
const SEVERAL = 4

const TCMSG_BYTES = 20
const [TCA_KIND, TCA_OPTIONS] = [1, 2]
const [TCA_BPF_ACT, TCA_BPF_NAME, TCA_BPF_ID] = [1, 7, 11]
const [TCA_ACT_KIND, TCA_ACT_OPTIONS] = [1, 2]
const [TCA_ACT_BPF_NAME, TCA_ACT_BPF_ID] = [6, 9]
/** Where filters stand besides queueing disciplines and their classes. */
const PLACES = [
  ["root", 0xffff_ffff],
  ["clsact/ingress", 0xffff_fff2],
  ["clsact/egress", 0xffff_fff3],
] as const

/** Programs on XDP hooks and in traffic control, interface by interface. Throws NetlinkError. */
export function deviceHooks(native: Native, only: number | undefined): DeviceHooks[] {
  using netlink = new Netlink(native)
  const fixed = new Uint8Array(IFINFO_BYTES)
  fixed[0] = AF_PACKET
  return netlink.dump({ type: RTM_GETLINK, fixed }).flatMap(({ payload }) => {
    const index = new DataView(payload.buffer, payload.byteOffset).getInt32(4, true)
    if (only !== undefined && index !== only) return []
    const attributes = decodeAttributes(payload.subarray(IFINFO_BYTES))
    const name = textOf(attributes, IFLA_IFNAME) ?? ""
    return [{ index, name, ...xdpOf(attributes), filters: filtersOf(netlink, index) }]
  })
}

function xdpOf(attributes: Attributes): Pick<DeviceHooks, "xdp" | "isSeveral"> {
  const xdp = nestedOf(attributes, IFLA_XDP)
  const attached = numberOf(xdp, IFLA_XDP_ATTACHED) ?? 0
  const entry = (mode: string | undefined, attribute: number): DeviceHooks["xdp"] => {
    const id = numberOf(xdp, attribute)
    return mode === undefined || id === undefined ? [] : [{ mode, id }]
  }
  if (attached !== SEVERAL) return { isSeveral: false, xdp: entry(MODES[attached], IFLA_XDP_PROG_ID) }
  return {
    isSeveral: true,
    xdp: [
      ...entry("generic", IFLA_XDP_SKB_PROG_ID),
      ...entry("driver", IFLA_XDP_DRV_PROG_ID),
      ...entry("offload", IFLA_XDP_HW_PROG_ID),
    ],
  }
}

function filtersOf(netlink: Netlink, index: number): DeviceFilter[] {
  const list = (type: number): { kind: string; handle: number }[] =>
    netlink.dump({ type, fixed: header(index, 0) }).map(({ payload }) => ({
      kind: textOf(decodeAttributes(payload.subarray(TCMSG_BYTES)), TCA_KIND) ?? "unknown",
      handle: new DataView(payload.buffer, payload.byteOffset).getUint32(8, true),
    }))
  const disciplines = list(RTM_GETQDISC).filter(({ kind, handle }) => kind !== "clsact" && handle !== 0)
  const parents = [
    ...list(RTM_GETTCLASS),
    ...disciplines,
    ...PLACES.map(([kind, handle]) => ({ kind, handle })),
  ]
  return parents.flatMap(({ kind, handle }) =>
    netlink
      .dump({ type: RTM_GETTFILTER, fixed: header(index, handle) })
      .flatMap(({ payload }) => filterOf(decodeAttributes(payload.subarray(TCMSG_BYTES)), kind)),
  )
}

function filterOf(attributes: Attributes, kind: string): DeviceFilter[] {
  if (textOf(attributes, TCA_KIND) !== "bpf" || !attributes.has(TCA_OPTIONS)) return []
  const options = nestedOf(attributes, TCA_OPTIONS)
  return [
    {
      kind,
      name: textOf(options, TCA_BPF_NAME),
      id: numberOf(options, TCA_BPF_ID),
      actions: options.has(TCA_BPF_ACT) ? actionsOf(nestedOf(options, TCA_BPF_ACT)) : undefined,
    },
  ]
}

function actionsOf(list: Attributes): NonNullable<DeviceFilter["actions"]> {
  return [...list.values()].flatMap(bytes => {
    const action = decodeAttributes(bytes)
    if (textOf(action, TCA_ACT_KIND) !== "bpf") return []
    const options = nestedOf(action, TCA_ACT_OPTIONS)
    return [{ name: textOf(options, TCA_ACT_BPF_NAME), id: numberOf(options, TCA_ACT_BPF_ID) }]
  })
}

/** `struct tcmsg`: interface at 4, parent at 12. */
function header(index: number, parent: number): Uint8Array {
  const bytes = new Uint8Array(TCMSG_BYTES)
  const view = new DataView(bytes.buffer)
  view.setInt32(4, index, true)
  view.setUint32(12, parent, true)
  return bytes
}
