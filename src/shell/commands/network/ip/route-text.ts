import type { NetDevice, Route, TunnelHook } from "../../../../embedded/index.ts"
import { addressText } from "../../../../kernel/index.ts"

const HOOKS: readonly TunnelHook[] = ["in", "out", "xmit"]
const IPV4_BYTES = 4

/** A line of `ip route`; without the device where all are on the one that was asked for. */
export function routeLine(route: Route, withDevice: boolean): string {
  const { destination, prefix, gateway, device, source, kind } = route
  const isV4 = destination.length === IPV4_BYTES
  const isWhole = prefix === destination.length * 8
  const to = prefix === 0 ? "default" : `${addressText(destination)}${isWhole ? "" : `/${prefix}`}`
  if (kind === "blackhole" || kind === "unreachable" || kind === "prohibit")
    return isV4 ? `${kind} ${to} \n` : `${kind} ${to} dev lo metric 1024 pref medium\n`
  const words = [
    gateway && `via ${addressText(gateway)}`,
    withDevice && `dev ${device.name}`,
    source && "proto kernel",
    !gateway && isV4 && "scope link",
    source && isV4 && `src ${addressText(source)}`,
    !isV4 && `metric ${source ? 256 : 1024} pref medium`,
  ]
  return `${to} ${tunnelText(route)}${words.filter(Boolean).join(" ")} \n`.replace(
    / pref medium \n$/,
    " pref medium\n",
  )
}

function tunnelText({ tunnel, labels, segments }: Route): string {
  if (segments) {
    const list = segments.map(addressText).join(" ")
    return ` encap seg6 mode encap segs ${segments.length} [ ${list} ] `
  }
  if (!tunnel) return ""
  const hooks = HOOKS.filter(hook => tunnel[hook])
  return ` encap bpf ${hooks.map(hook => `${hook} ${labels?.[hook] ?? tunnel[hook]?.program.name} `).join("")}`
}

/** What `ip route get` tells of the route to an address. */
export function getText(
  { kind, device, gateway }: Route,
  destination: Uint8Array,
  loopback: NetDevice,
): string {
  const to = addressText(destination)
  const isLocal = kind === "local"
  const source = isLocal ? destination : device.addressFor(destination)
  const words = [
    isLocal ? `local ${to}` : to,
    gateway && `via ${addressText(gateway)}`,
    `dev ${isLocal ? loopback.name : device.name}`,
    source && `src ${addressText(source)}`,
    "uid 0",
  ]
  return `${words.filter(Boolean).join(" ")} \n    cache ${isLocal ? "<local> " : ""}\n`
}
