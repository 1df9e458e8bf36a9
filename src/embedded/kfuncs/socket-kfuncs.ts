import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "../helpers/argument.ts"
import type { HelperTable } from "../helpers/index.ts"
import { type AddressRun, FAMILY } from "../sockets/index.ts"

const MOST_PATH = 108

/** Kernel functions for programs on the addresses of sockets. */
export const SOCKET_KFUNCS: HelperTable = {
  /** Another name in the address of a unix socket: a path, or one of the abstract names that begin with a NUL. */
  bpf_sock_addr_set_sun_path: (kernel, [_context, path, size], { group }) => {
    const run = group?.state as AddressRun | undefined
    const length = word(size)
    if (run?.socket.family !== FAMILY.unix || length === 0 || length > MOST_PATH)
      return -errnoNumber("EINVAL")
    const bytes = kernel.memory.read(memoryArgument(kernel, path, BigInt(length)), length)
    run.path = String.fromCharCode(...bytes)
    return 0
  },
}
