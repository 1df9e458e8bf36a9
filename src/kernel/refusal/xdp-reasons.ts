import type { AttachPointOf } from "../attach-point.ts"
import type { Reason } from "./attach-refusal.ts"

type XdpPoint = AttachPointOf<"xdp">
export type XdpMode = NonNullable<XdpPoint["mode"]>

/** What stands on an interface's XDP hooks, by mode: program ids. */
export type XdpPrograms = Readonly<Partial<Record<XdpMode, number>>>

const [EBUSY, EEXIST, ERANGE, EOPNOTSUPP] = [16, 17, 34, 95]

/** Why `replace` and a link do not go together. */
export const XDP_LINK_REPLACES_NOTHING: Reason = {
  said: "a link takes no other program's place",
  hint: "update the link that is there, or leave out by: replacing goes by netlink",
}

/** The kernel's own words for refusals: told over netlink only. */
export const XDP_WORDS = {
  activeLink: "Can't replace active BPF XDP link",
  activeProgram: "XDP program already attached",
  otherMode: "Native and generic XDP can't be active at the same time",
  noDriver: "Underlying driver does not support XDP in native mode",
  largeMtu: "veth: Peer MTU is too large to set XDP",
  forDevmap: "BPF_XDP_DEVMAP programs can not be attached to a device",
  forCpumap: "BPF_XDP_CPUMAP programs can not be attached to a device",
} as const

/**
 * Why an interface takes no XDP program: `standing` is what is there, `words` what the kernel said, over netlink. For links the
 * reason follows from what stands there.
 */
export function xdpReason(
  point: XdpPoint,
  number: number,
  standing: () => XdpPrograms,
  words?: string | undefined,
): Reason {
  const attached = number === EBUSY || number === EEXIST ? standing() : {}
  const [mode, id] = Object.entries(attached)[0] ?? []
  const isByNetlink = point.by === "netlink" || point.replace
  const known = reason(point, number, { mode, id }, isByNetlink)
  const said = [words, known.said].filter(part => part !== undefined).join(": ")
  return { ...known, said: said || undefined }
}

function reason(
  point: XdpPoint,
  number: number,
  { mode, id }: { readonly mode: string | undefined; readonly id: number | undefined },
  isByNetlink: boolean | undefined,
): Reason {
  if (number === EBUSY && id !== undefined)
    return {
      said: isByNetlink ? `program ${id} is there` : `${XDP_WORDS.activeProgram} (id ${id})`,
      hint: point.replace
        ? "what is there belongs to a BPF link: update that link, or detach it first"
        : 'pass replace (by "netlink"), or detach it first',
    }
  if (number === EEXIST && id !== undefined)
    return {
      said: isByNetlink
        ? `program ${id} is there in ${mode} mode`
        : `${XDP_WORDS.otherMode}: program ${id} is there in ${mode} mode`,
      hint: `attach in ${mode} mode, or detach program ${id} first`,
    }
  if (number === ERANGE)
    return {
      said: isByNetlink ? undefined : XDP_WORDS.largeMtu,
      hint: 'lower the MTU of the other end (ip link set … mtu), or put the program into section "xdp.frags"',
    }
  if (number === EOPNOTSUPP && point.mode !== "generic")
    return { hint: 'the driver of this interface has no XDP of its own: use mode "generic"' }
  return {}
}
