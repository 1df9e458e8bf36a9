import { errnoNumber } from "../../base/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperTable } from "./helper.ts"

/** Helpers that tell what the program is attached to. */
export const ATTACH_HELPERS: HelperTable = {
  bpf_get_func_ip: (_kernel, _args, invocation) => invocation.functionAddress,
  bpf_get_attach_cookie: (_kernel, _args, invocation) => invocation.cookie,

  /** Writes the n-th argument of the traced function (counted from 0). */
  bpf_get_func_arg: (kernel, [_context, index, value], { traced }) => {
    const argument = traced?.args[Number(index)]
    if (argument === undefined) return -errnoNumber("EINVAL")
    kernel.memory.view.setBigUint64(memoryArgument(kernel, value, 8n), BigInt.asUintN(64, argument), true)
    return 0
  },

  /** Writes the return value; fentry programs have none. */
  bpf_get_func_ret: (kernel, [_context, value], { traced }) => {
    if (traced?.returned === undefined) return -errnoNumber("EOPNOTSUPP")
    kernel.memory.view.setBigUint64(memoryArgument(kernel, value, 8n), traced.returned, true)
    return 0
  },

  bpf_get_func_arg_cnt: (_kernel, _args, { traced }) => traced?.args.length ?? 0,
}
