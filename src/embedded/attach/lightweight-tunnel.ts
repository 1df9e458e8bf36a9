import { attachRefusal, parseNetwork, routeIsThere } from "../../kernel/index.ts"
import { sameBytes } from "../network/index.ts"
import type { Attacher } from "./attached.ts"
import { deviceOf, EINVAL, refusing, requireTypes } from "./network-place.ts"
import { requireAttachRight } from "./rights.ts"

const EEXIST = 17

/** A route of its own, whose packets the program sees. */
export const attachLightweightTunnel: Attacher<"lwt"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, `lwt_${point.hook}`)
  const device = deviceOf(kernel, program, point)
  const { address, prefix } = refusing(program, point, () => parseNetwork(point.route))
  requireAttachRight(kernel, program, point)
  if (point.hook === "seg6local" && address.length === 4)
    throw attachRefusal(program, point, EINVAL, { hint: "segment routing is of IPv6 only" })
  const { routes } = device.namespace
  const isThere = routes
    .all()
    .some(route => route.kind !== "local" && route.prefix === prefix && sameBytes(route.destination, address))
  if (isThere) throw attachRefusal(program, point, EEXIST, routeIsThere(undefined))
  const tunnel = { [point.hook]: attachment }
  const remove = routes.add({ destination: address, prefix, kind: "unicast", device, tunnel })
  return { point, remove, note: undefined }
}
