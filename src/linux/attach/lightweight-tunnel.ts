import type { NetlinkError } from "../../kernel/index.ts"
import { type AttachPointOf, routeIsThere } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import { Netlink } from "../net/netlink.ts"
import { addTunnel, removeRoute } from "../net/routes.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { EINVAL, requireType } from "./bpf-attachment.ts"
import { type Reason, refusing } from "./refusal.ts"

const [EEXIST, EOPNOTSUPP] = [17, 95]

/**
 * A lightweight tunnel: a route of its own, as `ip route add … encap bpf` makes it, whose packets the program sees. It
 * outlives this process unless it is detached. Throws AttachError: EEXIST where the route is there already.
 */
export function attachToLightweightTunnel(
  { bpf }: AttachHost,
  program: LoadedProgram,
  point: AttachPointOf<"lwt">,
): Attached {
  requireType(program, point, `lwt_${point.hook}`)
  const { native } = bpf
  const { name } = program.spec
  const route = refusing(
    program,
    point,
    () => {
      using netlink = new Netlink(native)
      const route = { destination: point.route, index: interfaceIndex(native, point.interface) }
      addTunnel(netlink, route, point.hook, { fd: program.descriptor.fd, name })
      return route
    },
    explain,
  )
  return {
    point,
    fd: undefined,
    isLink: false,
    remove() {
      using netlink = new Netlink(native)
      try {
        removeRoute(netlink, route)
      } catch {
        // The route went with its interface, or another one removed it.
      }
    },
  }
}

function explain({ number, said }: NetlinkError): Reason {
  if (number === EEXIST) return routeIsThere(said)
  if (number === EOPNOTSUPP || number === EINVAL)
    return {
      hint: "the kernel needs CONFIG_LWTUNNEL_BPF (CONFIG_IPV6_SEG6_BPF for seg6local, which is of IPv6 only)",
    }
  return {}
}
