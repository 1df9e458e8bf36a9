import { ArgumentRefusal, hex } from "../helpers/argument.ts"
import type { HelperTable } from "../helpers/helper.ts"

/** Keyrings of the system: the built-in one, the secondary one, the platform's. */
const LAST_KEYRING = 2n
/** What stands in `held` for a reference to one. */
const KEY = "bpf_key"

/** References to keyrings. What is in them is not modelled: nothing is verified against them. */
export const KEY_KFUNCS: HelperTable = {
  bpf_lookup_system_key: (kernel, [id]) => {
    if (id > LAST_KEYRING) return 0
    // The number stands for the keyring, as in Linux.
    const { address } = kernel.types.create(KEY, { key: id, has_ref: false })
    kernel.fields.held.set(address, KEY)
    return address
  },

  bpf_key_put: (kernel, [key]) => {
    const address = Number(key)
    if (kernel.fields.held.get(address) !== KEY)
      throw new ArgumentRefusal(`the argument ${hex(key)} is no keyring that a program holds`)
    kernel.fields.held.delete(address)
    kernel.memory.free(address)
    return 0
  },
}
