import type { NetlinkError } from "../../kernel/index.ts"
import {
  type AttachPointOf,
  XDP_LINK_REPLACES_NOTHING,
  type XdpPrograms,
  xdpReason,
} from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { interfaceIndex, setXdp, XDP_FLAGS, xdpPrograms } from "../net/interfaces.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { EINVAL, linkTo, requireType } from "./bpf-attachment.ts"
import { type Reason, refusal, refusing } from "./refusal.ts"

type XdpPoint = AttachPointOf<"xdp">

/** BPF_XDP of enum bpf_attach_type. */
const BPF_XDP = 37
const NOTHING_THERE = -1

/**
 * XDP: by link since 5.9, else by netlink, as `ip link set … xdp` does. `replace` is a matter of netlink: a link is
 * updated instead (`Link.update`). Throws AttachError: EBUSY where a program stands already, EEXIST where native and
 * generic would stand side by side.
 */
export function attachToXdp(host: AttachHost, program: LoadedProgram, point: XdpPoint): Attached {
  requireType(program, point, "xdp")
  const index = refusing(program, point, () => interfaceIndex(host.bpf.native, point.interface))
  const by = point.by ?? (point.replace || !host.machine.since("5.9") ? "netlink" : "link")
  if (by === "netlink") return attachByNetlink(host, program, point, index)
  if (point.replace) throw refusal(program, point, EINVAL, XDP_LINK_REPLACES_NOTHING)
  return linkTo(host, program, point, {
    fd: index,
    attachType: BPF_XDP,
    flags: modeFlags(point),
    explain: number => explain(host, point, number),
  })
}

function attachByNetlink(host: AttachHost, program: LoadedProgram, point: XdpPoint, index: number): Attached {
  const { native } = host.bpf
  const { fd } = program.descriptor
  const mode = modeFlags(point)
  const flags = point.replace ? mode : mode | XDP_FLAGS.ifNoExist
  refusing(
    program,
    point,
    () => setXdp(native, index, { fd, flags }),
    ({ number, said }: NetlinkError) => explain(host, point, number, said),
  )
  return {
    point,
    fd: undefined,
    isLink: false,
    remove() {
      try {
        setXdp(native, index, { fd: NOTHING_THERE, flags: mode | XDP_FLAGS.replace, expected: fd })
      } catch {
        // Another program has its place, or the interface is gone: this one is detached.
      }
    },
  }
}

function modeFlags({ mode }: XdpPoint): number {
  return mode ? XDP_FLAGS[mode] : 0
}

function explain({ bpf }: AttachHost, point: XdpPoint, number: number, words?: string): Reason {
  return xdpReason(
    point,
    number,
    () => currentPrograms(() => xdpPrograms(bpf.native, point.interface)),
    words,
  )
}

function currentPrograms(query: () => XdpPrograms): XdpPrograms {
  try {
    return query()
  } catch {
    return {}
  }
}
