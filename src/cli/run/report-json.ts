import { toHex } from "../../base/index.ts"
import type { RunReport } from "./report.ts"

/** The report as one JSON document: 64-bit integers as strings, bytes as hex. */
export function toJson(report: RunReport): string {
  const text = JSON.stringify(report, (_key, value: unknown) => jsonValue(value), 2)
  return `${text}\n`
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString()
  if (value instanceof Uint8Array) return toHex(value)
  return value
}
