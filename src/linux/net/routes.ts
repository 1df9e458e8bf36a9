import { parseNetwork } from "../../kernel/index.ts"
import { type Attribute, nested, text, u16, u32 } from "./attributes.ts"
import { NLM_F } from "./message.ts"
import type { Netlink } from "./netlink.ts"

const [RTM_NEWROUTE, RTM_DELROUTE] = [24, 25]
const [RTA_DST, RTA_OIF, RTA_ENCAP_TYPE, RTA_ENCAP] = [1, 4, 21, 22]
const [LWTUNNEL_ENCAP_BPF, LWTUNNEL_ENCAP_SEG6_LOCAL] = [6, 7]
/** Attributes of LWTUNNEL_ENCAP_BPF by hook. */
const LWT_BPF = { in: 1, out: 2, xmit: 3 } as const
const [LWT_BPF_PROG_FD, LWT_BPF_PROG_NAME] = [1, 2]
const [SEG6_LOCAL_ACTION, SEG6_LOCAL_BPF] = [1, 8]
const SEG6_LOCAL_ACTION_END_BPF = 15
const [AF_INET, AF_INET6] = [2, 10]
const [RT_TABLE_MAIN, RTPROT_BOOT, RTN_UNICAST] = [254, 3, 1]
const [RT_SCOPE_UNIVERSE, RT_SCOPE_LINK] = [0, 253]

export type TunnelHook = keyof typeof LWT_BPF | "seg6local"

/** A route over an interface: "10.9.9.0/24", "fd00::1". */
export interface Route {
  readonly destination: string
  readonly index: number
}

/** Adds a route whose packets a program sees. Throws NetlinkError: EEXIST where there is one already, UsageError. */
export function addTunnel(
  netlink: Netlink,
  route: Route,
  hook: TunnelHook,
  program: { readonly fd: number; readonly name: string },
): void {
  const { fixed, attributes } = describe(route)
  netlink.request({
    type: RTM_NEWROUTE,
    flags: NLM_F.create | NLM_F.excl,
    fixed,
    attributes: [...attributes, ...encapsulation(hook, program)],
  })
}

/** Throws NetlinkError (ESRCH) where there is no such route. */
export function removeRoute(netlink: Netlink, route: Route): void {
  netlink.request({ type: RTM_DELROUTE, ...describe(route) })
}

/** Both kinds name a program by descriptor and name with the same numbers. */
function encapsulation(
  hook: TunnelHook,
  { fd, name }: { readonly fd: number; readonly name: string },
): Attribute[] {
  const program = [u32(LWT_BPF_PROG_FD, fd), text(LWT_BPF_PROG_NAME, name)]
  return hook === "seg6local"
    ? [
        u16(RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_SEG6_LOCAL),
        nested(RTA_ENCAP, [
          u32(SEG6_LOCAL_ACTION, SEG6_LOCAL_ACTION_END_BPF),
          nested(SEG6_LOCAL_BPF, program),
        ]),
      ]
    : [u16(RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_BPF), nested(RTA_ENCAP, [nested(LWT_BPF[hook], program)])]
}

/** `struct rtmsg` and the attributes that tell one route from others. */
function describe({ destination, index }: Route): { fixed: Uint8Array; attributes: Attribute[] } {
  const { address, prefix } = parseNetwork(destination)
  const isIpv4 = address.length === 4
  const fixed = Uint8Array.of(
    isIpv4 ? AF_INET : AF_INET6,
    prefix,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_BOOT,
    isIpv4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
    RTN_UNICAST,
    ...new Array(4).fill(0),
  )
  return { fixed, attributes: [{ type: RTA_DST, value: address }, u32(RTA_OIF, index)] }
}
