import { NetlinkError } from "../../kernel/index.ts"
import type { Native } from "../ffi/native.ts"
import {
  type Attribute,
  decodeAttributes,
  nested,
  nestedOf,
  numberOf,
  s32,
  text,
  textOf,
  u32,
} from "./attributes.ts"
import { type NetlinkMessage, NLM_F } from "./message.ts"
import { Netlink } from "./netlink.ts"

const RTM_NEWQDISC = 36
const [RTM_NEWTFILTER, RTM_DELTFILTER, RTM_GETTFILTER] = [44, 45, 46]
const [TCA_KIND, TCA_OPTIONS] = [1, 2]
const [TCA_BPF_FD, TCA_BPF_NAME, TCA_BPF_FLAGS, TCA_BPF_ID] = [6, 7, 8, 11]
const TCA_BPF_FLAG_ACT_DIRECT = 1
const TCA_MATCHALL_ACT = 2
const [TCA_ACT_KIND, TCA_ACT_OPTIONS] = [1, 2]
const [TCA_ACT_BPF_PARMS, TCA_ACT_BPF_FD, TCA_ACT_BPF_NAME] = [2, 5, 6]
/** `struct tc_act_bpf`: index, capab, action, refcnt, bindcnt. */
const ACTION_BYTES = 20
const TC_ACT_PIPE = 3
/** Every protocol, in network byte order as `tcm_info` has it. */
const ETH_P_ALL = 0x0300
const EEXIST = 17

const CLSACT = { parent: 0xffff_fff1, handle: 0xffff_0000 } as const
const PARENTS = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const

/** `struct tcmsg`: interface at 4, handle at 8, parent at 12, priority and protocol at 16. */
const TCMSG_BYTES = 20

export type Direction = keyof typeof PARENTS

/** Where a filter stands: its priority orders it, its handle tells it from others of that priority. */
export interface FilterPlace {
  readonly index: number
  readonly direction: Direction
  readonly priority: number
  readonly handle: number
}

/** A filter with a BPF program, as it stands on a clsact qdisc. */
export interface BpfFilter extends FilterPlace {
  readonly program: number
  readonly name: string
}

/** Gives an interface the clsact qdisc unless it has one. Throws NetlinkError. */
export function ensureClsact(netlink: Netlink, index: number): void {
  try {
    netlink.request({
      type: RTM_NEWQDISC,
      flags: NLM_F.create | NLM_F.excl,
      fixed: header({ index, ...CLSACT, info: 0 }),
      attributes: [text(TCA_KIND, "clsact")],
    })
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.number !== EEXIST) throw error
  }
}

/**
 * Adds a filter that runs a program: a classifier in direct-action mode, or, for sched_act programs, one that matches
 * every packet and has the program as its action. Priority and handle 0 let the kernel choose. Gives the place that
 * the filter got. Throws NetlinkError.
 */
export function addFilter(
  netlink: Netlink,
  place: FilterPlace,
  program: { readonly fd: number; readonly name: string; readonly isAction: boolean },
  replace: boolean,
): FilterPlace {
  const answers = netlink.request({
    type: RTM_NEWTFILTER,
    flags: NLM_F.create | NLM_F.echo | (replace ? NLM_F.replace : NLM_F.excl),
    fixed: filterHeader(place),
    attributes: program.isAction ? matchAll(program) : classifier(program),
  })
  const echo = answers.find(message => message.type === RTM_NEWTFILTER)
  return echo ? { ...place, ...placeOf(echo) } : place
}

/** Throws NetlinkError (ENOENT) where no such filter stands. */
export function removeFilter(netlink: Netlink, place: FilterPlace): void {
  netlink.request({ type: RTM_DELTFILTER, fixed: filterHeader(place) })
}

/** The BPF classifiers on one side of an interface's clsact qdisc, in the order in which they run; none without the qdisc. */
export function filtersOf(native: Native, index: number, direction: Direction): BpfFilter[] {
  using netlink = new Netlink(native)
  const messages = netlink.dump({
    type: RTM_GETTFILTER,
    fixed: header({ index, parent: PARENTS[direction], handle: 0, info: 0 }),
  })
  return messages.flatMap(message => {
    const { priority, handle } = placeOf(message)
    const attributes = decodeAttributes(message.payload.subarray(TCMSG_BYTES))
    const options = textOf(attributes, TCA_KIND) === "bpf" ? nestedOf(attributes, TCA_OPTIONS) : undefined
    const program = options && numberOf(options, TCA_BPF_ID)
    if (!options || program === undefined) return []
    return [{ index, direction, priority, handle, program, name: textOf(options, TCA_BPF_NAME) ?? "" }]
  })
}

function classifier({ fd, name }: { readonly fd: number; readonly name: string }): Attribute[] {
  const options = [s32(TCA_BPF_FD, fd), text(TCA_BPF_NAME, name), u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT)]
  return [text(TCA_KIND, "bpf"), nested(TCA_OPTIONS, options)]
}

function matchAll({ fd, name }: { readonly fd: number; readonly name: string }): Attribute[] {
  const parameters = new Uint8Array(ACTION_BYTES)
  new DataView(parameters.buffer).setInt32(8, TC_ACT_PIPE, true)
  const options = [
    { type: TCA_ACT_BPF_PARMS, value: parameters },
    s32(TCA_ACT_BPF_FD, fd),
    text(TCA_ACT_BPF_NAME, name),
  ]
  const action = nested(1, [text(TCA_ACT_KIND, "bpf"), nested(TCA_ACT_OPTIONS, options)])
  return [text(TCA_KIND, "matchall"), nested(TCA_OPTIONS, [nested(TCA_MATCHALL_ACT, [action])])]
}

function filterHeader({ index, direction, priority, handle }: FilterPlace): Uint8Array {
  return header({ index, handle, parent: PARENTS[direction], info: (priority * 0x1_0000 + ETH_P_ALL) >>> 0 })
}

function header(values: {
  readonly index: number
  readonly handle: number
  readonly parent: number
  readonly info: number
}): Uint8Array {
  const bytes = new Uint8Array(TCMSG_BYTES)
  const view = new DataView(bytes.buffer)
  view.setInt32(4, values.index, true)
  view.setUint32(8, values.handle, true)
  view.setUint32(12, values.parent, true)
  view.setUint32(16, values.info, true)
  return bytes
}

function placeOf({ payload }: NetlinkMessage): { readonly priority: number; readonly handle: number } {
  if (payload.length < TCMSG_BYTES)
    throw new NetlinkError(`a description of a filter has ${payload.length} bytes only`, "EPROTO")
  const view = new DataView(payload.buffer, payload.byteOffset)
  return { handle: view.getUint32(8, true), priority: view.getUint32(16, true) >>> 16 }
}
