import { type Errno, errnoName } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { PROTOCOL } from "./headers.ts"
import { echoMessage } from "./icmp/index.ts"
import { sendIp, sourceFor, whyUnreachable } from "./ip-output.ts"
import type { NetNamespace } from "./namespace.ts"

/** Data of an echo request, as ping sends it. */
const DATA_BYTES = 56

/** What came of an echo request: an errno where it was not sent, and whether the answer came. */
export interface Echo {
  readonly sent: Errno | undefined
  readonly isAnswered: boolean
}

/** Sends one echo request out of a namespace. */
export function sendEcho(
  kernel: KernelCore,
  namespace: NetNamespace,
  destination: Uint8Array,
  { id, sequence }: { readonly id: number; readonly sequence: number },
): Echo {
  const source = sourceFor(namespace, destination)
  if (!source) return { sent: errnoName(-whyUnreachable(namespace, destination)), isAnswered: false }
  const protocol = destination.length === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6
  const payload = echoMessage("request", { source, destination }, id, sequence, new Uint8Array(DATA_BYTES))
  let sent = 0
  const isAnswered = kernel.network.awaitsEcho(id, () => {
    sent = sendIp(kernel, { namespace, source, destination, protocol, payload })
  })
  return { sent: errnoName(-sent), isAnswered }
}
