import { fieldOffsets } from "../packets/index.ts"
import { type RunKind, refuseIf } from "./run-kind.ts"
import { isZero, userContext, wordAt } from "./user-context.ts"

/** `struct bpf_sk_lookup`, the padding at its end included. */
const CONTEXT_BYTES = 72
const FIELD = fieldOffsets("bpf_sk_lookup")
const [AF_INET, AF_INET6] = [2, 10]

/** BPF_PROG_TEST_RUN of sk_lookup programs. There are no sockets to be chosen: none is, and the context stays as it was given. */
export const LOOKUP_RUN: RunKind = {
  slotBytes: () => 80,
  isFresh: false,
  isTimed: true,

  check({ flags = 0, cpu = 0, batchSize = 0 }) {
    refuseIf(flags !== 0 || cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no flags, cpu and batch size")
  },

  place({ memory }, slot, input) {
    refuseIf(input.packet, "EINVAL", "it takes no packet")
    const context = userContext(input, CONTEXT_BYTES)
    refuseIf(!context, "EINVAL", "it needs a context")
    const given = context as Uint8Array
    refuseIf(!isZero(given, FIELD.sk, FIELD.sk + 8), "EINVAL", "the socket is for the program to choose")
    refuseIf(!isZero(given, FIELD.local_port + 4), "EINVAL", "what is behind local_port has to be 0")
    refuseIf(wordAt(given, FIELD.local_port) > 0xffff, "ERANGE", "local_port has 16 bits")
    const family = wordAt(given, FIELD.family)
    refuseIf(family !== AF_INET && family !== AF_INET6, "EAFNOSUPPORT", `family ${family}`)
    memory.write(slot, given)
    // Addresses of the other family are nowhere.
    const others =
      family === AF_INET ? (["remote_ip6", "local_ip6"] as const) : (["remote_ip4", "local_ip4"] as const)
    const bytes = family === AF_INET ? 16 : 4
    for (const name of others) memory.bytes.fill(0, slot + FIELD[name], slot + FIELD[name] + bytes)
  },

  collect(_host, _slot, input) {
    return { context: userContext(input, CONTEXT_BYTES) as Uint8Array }
  },
}
