import { CpuMap, DeviceMap, type MapStorage, type RedirectTarget } from "../maps/index.ts"
import { mapArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const [XDP_ABORTED, XDP_REDIRECT] = [0, 4]
/** In the flags of bpf_redirect_map: what it returns where the map has no such element. */
const FALLBACK = 3n
const [BROADCAST, EXCLUDE_INGRESS] = [8n, 16n]

/** bpf_redirect of XDP: out of an interface, by its index. */
export const redirectFrame: HelperFunction = (kernel, [index, flags]) => {
  if (flags !== 0n) return XDP_ABORTED
  kernel.redirect.target = { kind: "interface", index: word(index) }
  return XDP_REDIRECT
}

/** bpf_redirect_map: to an element of a map, or to all of a device map. */
const redirectMap: HelperFunction = (kernel, [address, key, flags]) => {
  const map = mapArgument(kernel, address)
  const known = map instanceof DeviceMap ? FALLBACK | BROADCAST | EXCLUDE_INGRESS : FALLBACK
  if ((flags & ~known) !== 0n) return XDP_ABORTED
  kernel.redirect.target = targetOf(map, word(key), flags)
  return kernel.redirect.target ? XDP_REDIRECT : Number(flags & FALLBACK)
}

function targetOf(map: MapStorage, index: number, flags: bigint): RedirectTarget | undefined {
  const base = { kind: "map", mapId: map.id, mapType: map.attributes.type, index } as const
  if (map instanceof DeviceMap) {
    if ((flags & BROADCAST) !== 0n)
      return {
        ...base,
        to: "all",
        entries: () => map.all(),
        excludesIngress: (flags & EXCLUDE_INGRESS) !== 0n,
      }
    const entry = map.entry(index)
    return entry && { ...base, to: "device", entry }
  }
  const entry = map instanceof CpuMap ? map.entry(index) : undefined
  // An xskmap holds nothing: there are no AF_XDP sockets.
  return entry && { ...base, to: "processor", entry }
}

/** Helpers that say where a frame of XDP goes next, besides bpf_redirect. */
export const XDP_REDIRECT_HELPERS: HelperTable = { bpf_redirect_map: redirectMap }
