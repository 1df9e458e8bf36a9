import { alignUp } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelCore } from "../core.ts"
import type { MapStorage } from "../maps/index.ts"
import type { Visited } from "./targets.ts"

/** Map types whose elements an iterator walks over; those with a value for each CPU give a copy of all of them. */
const WALKED: Readonly<Record<string, "value" | "copies">> = {
  hash: "value",
  lru_hash: "value",
  array: "value",
  percpu_hash: "copies",
  lru_percpu_hash: "copies",
  percpu_array: "copies",
}

function kindOf({ attributes }: MapStorage): "value" | "copies" | undefined {
  return WALKED[mapType(attributes.type)?.name ?? ""]
}

/** Bytes of key and value that the iterator's program may touch; undefined for maps that it cannot walk over. */
export function walkedSizes(
  map: MapStorage,
  cpus: number,
): { readonly key: number; readonly value: number } | undefined {
  const kind = kindOf(map)
  if (!kind) return undefined
  const { keySize: key, valueSize } = map.attributes
  return { key, value: kind === "value" ? valueSize : alignUp(valueSize, 8) * cpus }
}

/** Keys are copies, values those of the map: what the program writes there stays. */
export function* elementsOf(kernel: KernelCore, map: MapStorage): Generator<Visited> {
  const { memory } = kernel
  const keyAt = memory.alloc(Math.max(map.attributes.keySize, 8))
  try {
    for (let key = map.nextKey(undefined); key; ) {
      memory.write(keyAt, key)
      const next = map.nextKey(key)
      if (map.valueOf(keyAt, 0) !== 0) {
        const value = kindOf(map) === "copies" ? copyAll(kernel, map, keyAt) : undefined
        yield {
          fields: { key: keyAt, value: value ?? map.valueOf(keyAt, 0) },
          release: () => {
            if (value !== undefined) memory.free(value)
          },
        }
      }
      key = next
    }
  } finally {
    memory.free(keyAt)
  }
}

function copyAll({ memory, cpus }: KernelCore, map: MapStorage, keyAt: number): number {
  const stride = alignUp(map.attributes.valueSize, 8)
  const copy = memory.alloc(stride * cpus)
  for (let cpu = 0; cpu < cpus; cpu++)
    memory.write(copy + cpu * stride, memory.read(map.valueOf(keyAt, cpu), stride))
  return copy
}
