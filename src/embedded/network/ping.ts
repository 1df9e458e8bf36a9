import type { KernelCore } from "../core.ts"
import { PROTOCOL } from "./headers.ts"
import { echoMessage } from "./icmp.ts"
import { sendIp, sourceFor } from "./ip-output.ts"
import type { NetNamespace } from "./namespace.ts"

/** Data of an echo request, as ping sends it. */
const DATA_BYTES = 56

/** Sends one echo request out of a namespace: true when the answer comes. */
export function ping(
  kernel: KernelCore,
  namespace: NetNamespace,
  destination: Uint8Array,
  id: number,
): boolean {
  const source = sourceFor(namespace, destination)
  if (!source) return false
  const protocol = destination.length === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6
  const payload = echoMessage("request", { source, destination }, id, 0, new Uint8Array(DATA_BYTES))
  return kernel.network.awaitsEcho(id, () =>
    sendIp(kernel, { namespace, source, destination, protocol, payload }),
  )
}
