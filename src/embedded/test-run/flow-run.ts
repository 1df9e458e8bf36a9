import { ETHERNET_BYTES, SKB_CONTEXT_BYTES, SKB_FIELD, SkbContext } from "../packets/index.ts"
import { PAGE } from "./machine.ts"
import { type RunKind, refuseIf } from "./run-kind.ts"
import { isZero, userContext } from "./user-context.ts"
import { needsEthernet } from "./user-packet.ts"

/** `struct bpf_flow_keys` (include/uapi/linux/bpf.h). */
const KEYS_BYTES = 56
const [NETWORK_OFFSET, TRANSPORT_OFFSET, PROTOCOL, FLAGS] = [0, 2, 10, 48]
const KEYS_AT = Math.ceil(SKB_CONTEXT_BYTES / 16) * 16
const PACKET_AT = KEYS_AT + 64

/** BPF_PROG_TEST_RUN of flow dissectors: the packet afterwards is what it found, a `struct bpf_flow_keys`. */
export const FLOW_RUN: RunKind = {
  slotBytes: () => PACKET_AT + PAGE,
  isFresh: true,
  isTimed: true,

  check({ flags = 0, cpu = 0, batchSize = 0 }) {
    refuseIf(flags !== 0 || cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no flags, cpu and batch size")
  },

  place({ memory }, slot, input) {
    const { packet = new Uint8Array(0) } = input
    needsEthernet(packet)
    refuseIf(packet.length > PAGE, "EINVAL", `a packet has ${PAGE} bytes at most`)
    const given = userContext(input, KEYS_BYTES)
    refuseIf(
      given && !(isZero(given, 0, FLAGS) && isZero(given, FLAGS + 4)),
      "EINVAL",
      "of the keys only the flags are given",
    )
    memory.bytes.fill(0, slot, slot + PACKET_AT)
    const [data, keys] = [slot + PACKET_AT, slot + KEYS_AT]
    memory.write(data, packet)
    const skb = new SkbContext(memory, slot)
    skb.place(data, data + packet.length, { mac: data, network: data + ETHERNET_BYTES })
    skb.hasHeadersOnly = true
    memory.view.setBigUint64(slot + SKB_FIELD.flow_keys, BigInt(keys), true)
    memory.view.setUint16(keys + NETWORK_OFFSET, ETHERNET_BYTES, true)
    memory.view.setUint16(keys + TRANSPORT_OFFSET, ETHERNET_BYTES, true)
    memory.write(keys + PROTOCOL, packet.subarray(12, 14))
    if (given) memory.write(keys + FLAGS, given.subarray(FLAGS, FLAGS + 4))
  },

  collect({ memory }, slot, input) {
    const keys = slot + KEYS_AT
    const length = input.packet?.length ?? 0
    const clamp = (offset: number, low: number): void => {
      const value = memory.view.getUint16(keys + offset, true)
      memory.view.setUint16(keys + offset, Math.max(low, Math.min(value, length)), true)
    }
    clamp(NETWORK_OFFSET, ETHERNET_BYTES)
    clamp(TRANSPORT_OFFSET, memory.view.getUint16(keys + NETWORK_OFFSET, true))
    const context = userContext(input, KEYS_BYTES)
    return { packet: memory.read(keys, KEYS_BYTES), ...(context && { context }) }
  },
}
