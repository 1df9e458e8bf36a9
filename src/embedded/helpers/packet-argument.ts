import { SkbContext, XdpContext } from "../packets/index.ts"
import { memoryArgument } from "./argument.ts"
import type { HelperKernel } from "./helper.ts"

/** Contexts have all that is known of a packet behind what programs see. */
export function xdpArgument(kernel: HelperKernel, context: bigint): XdpContext {
  return new XdpContext(kernel.memory, memoryArgument(kernel, context, 24n))
}

export function skbArgument(kernel: HelperKernel, context: bigint): SkbContext {
  return new SkbContext(kernel.memory, memoryArgument(kernel, context, 192n))
}
