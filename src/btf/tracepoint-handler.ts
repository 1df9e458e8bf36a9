import type { Btf } from "./btf.ts"
import type { TypeId } from "./types.ts"

/**
 * The prototype of a tracepoint's handlers, which the kernel's types have behind the typedef btf_trace_NAME: its first parameter is
 * the tracepoint's own, the tracepoint's arguments follow. Undefined where this kernel has no such tracepoint.
 */
export function tracepointHandler(btf: Btf, tracepoint: string): TypeId | undefined {
  const typedef = btf.find(`btf_trace_${tracepoint}`, "typedef")
  const pointer = typedef === undefined ? undefined : btf.typeOf(btf.resolve(typedef), "ptr")
  return pointer && btf.resolve(pointer.type)
}
