import { errnoNumber } from "../../src/base/index.ts"
import { mapType } from "../../src/catalog/index.ts"
import type { BatchResult, MapStorage } from "../../src/embedded/maps/index.ts"

/** How "there is no such key" is written. */
export const NOT_FOUND = String(-errnoNumber("ENOENT"))

export function nameOf(map: MapStorage): string {
  return mapType(map.attributes.type)?.name ?? ""
}

export function isPerCpu(map: MapStorage): boolean {
  return nameOf(map).includes("percpu")
}

export function foundKey(key: Uint8Array | undefined): string {
  return key ? `0 ${numberText(key)}` : NOT_FOUND
}

export function outcome({ errno, count }: BatchResult): string {
  return `${errno ? -errnoNumber(errno) : 0} ${count}`
}

export function numberText(bytes: Uint8Array): string {
  if (bytes.length > 8) return `x${Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")}`
  return String(bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n))
}
