import { programType } from "../../catalog/index.ts"
import {
  attachRefusal,
  noInterface,
  refusedAt,
  wrongType,
  XDP_LINK_REPLACES_NOTHING,
  XDP_WORDS,
  xdpReason,
} from "../../kernel/index.ts"
import type { NetDevice } from "../network/index.ts"
import type { XdpPlace } from "../network/xdp/index.ts"
import { type Attacher, replacing } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

const [EINVAL, EOPNOTSUPP] = [22, 95]

/** XDP on a device of the acting process's namespace: in the driver where it has XDP of its own (veth), else in the stack. */
export const attachXdp: Attacher<"xdp"> = (kernel, point, attachment) => {
  const { program } = attachment
  if (program.type !== "xdp")
    throw attachRefusal(
      program,
      point,
      EINVAL,
      wrongType(program.type, programType(program.type)?.attachesTo, ["xdp"]),
    )
  const { devices } = kernel.network.current
  const device = [...devices.values()].find(({ name }) => name === point.interface)
  if (!device)
    throw refusedAt(
      program,
      point,
      noInterface(
        point.interface,
        [...devices.values()].map(({ name }) => name),
      ),
    )
  const by = point.by ?? (point.replace ? "netlink" : "link")
  if (by === "link" && point.replace) throw attachRefusal(program, point, EINVAL, XDP_LINK_REPLACES_NOTHING)
  requireAttachRight(kernel, program, point)
  const place = placeOn(device, point.mode)
  const refusal =
    typeof place === "object"
      ? place
      : device.xdp.put({ attachment, place, by, replaces: point.replace ?? false })
  if (refusal) {
    const words = by === "netlink" ? refusal.words : undefined
    throw attachRefusal(
      program,
      point,
      refusal.number,
      xdpReason(point, refusal.number, () => device.xdp.programs, words),
    )
  }
  return { point, note: undefined, remove: () => device.xdp.take(attachment), update: replacing(attachment) }
}

/** Where the kernel puts it; hardware takes none. */
export function placeOn(
  device: NetDevice,
  mode: "native" | "generic" | "offload" | undefined,
): XdpPlace | { readonly number: number; readonly words?: string } {
  // Neither the loopback device nor netkit has XDP in its driver.
  const hasDriver = device.hasXdp
  switch (mode) {
    case "offload":
      return hasDriver ? { number: EINVAL } : { number: EOPNOTSUPP, words: XDP_WORDS.noDriver }
    case "native":
      return hasDriver ? "native" : { number: EOPNOTSUPP, words: XDP_WORDS.noDriver }
    case "generic":
      return "generic"
    case undefined:
      return hasDriver ? "native" : "generic"
    default:
      return mode satisfies never
  }
}
