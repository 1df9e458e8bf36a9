import { errnoNumber } from "../../base/index.ts"
import { ArgumentRefusal, hex, memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"

const [EINVAL, ENOENT, ENONET] = [-errnoNumber("EINVAL"), -errnoNumber("ENOENT"), -errnoNumber("ENONET")]
/** `struct bpf_xfrm_state_opts`: the error, then the number of a namespace (−1 for the packet's), and what is looked for. */
const AT = { error: 0, namespace: 4 } as const
const [LEAST, BYTES] = [4, 36]
const CURRENT = -1

/** No state of IPsec is there, and no namespace has a number. */
const find: HelperFunction = (kernel, [_context, options, size]) => {
  const length = word(size)
  if (length < LEAST) return 0
  const at = memoryArgument(kernel, options, size)
  const { view } = kernel.memory
  const fail = (error: number): number => {
    view.setInt32(at + AT.error, error, true)
    return 0
  }
  if (length !== BYTES) return fail(EINVAL)
  const namespace = view.getInt32(at + AT.namespace, true)
  if (namespace < CURRENT) return fail(EINVAL)
  return fail(namespace === CURRENT ? ENOENT : ENONET)
}

/** Kernel functions that ask how IPsec transforms packets. */
export const TRANSFORM_KFUNCS: HelperTable = {
  bpf_xdp_get_xfrm_state: find,
  bpf_xdp_xfrm_state_release: (_kernel, [state]) => {
    throw new ArgumentRefusal(`the argument ${hex(state)} is no state that a program holds`)
  },
}
