import type { MapElements, MapStorage } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { answer } from "./map-helpers.ts"

/** The elements of a map without keys, and where the program's value is. */
function elementArguments(kernel: HelperKernel, address: bigint, value: bigint): [MapElements, number] {
  const map: MapStorage = mapArgument(kernel, address)
  if (!map.elements)
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no queue, stack or bloom_filter`)
  return [map.elements, memoryArgument(kernel, value, BigInt(map.attributes.valueSize))]
}

const push: HelperFunction = (kernel, [map, value, flags]) => {
  const [elements, at] = elementArguments(kernel, map, value)
  return answer(kernel, elements.push(at, flags))
}

const pop: HelperFunction = (kernel, [map, value]) => {
  const [elements, at] = elementArguments(kernel, map, value)
  return answer(kernel, elements.pop(at))
}

const peek: HelperFunction = (kernel, [map, value]) => {
  const [elements, at] = elementArguments(kernel, map, value)
  return answer(kernel, elements.peek(at))
}

/** Helpers of queues, stacks and bloom filters. */
export const QUEUE_HELPERS: HelperTable = {
  bpf_map_push_elem: push,
  bpf_map_pop_elem: pop,
  bpf_map_peek_elem: peek,
}
