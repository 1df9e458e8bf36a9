import { attachType, linkType, mapType, programType } from "../../catalog/index.ts"
import type { DeviceFacts } from "../../kernel/index.ts"
import type { JsonWriter } from "./json-writer.ts"

/** A type's name, or its number where it has none here. */
export function programTypeName(number: number): string | number {
  return programType(number)?.name ?? number
}

export function mapTypeName(number: number): string | number {
  return mapType(number)?.name ?? number
}

export function linkTypeName(number: number): string | number {
  return linkType(number)?.name ?? number
}

export function attachTypeName(number: number): string | number {
  return attachType(number)?.name ?? number
}

/** "hash  ", or "type 99  ": as columns of plain listings start. */
export function typeColumn(name: string | number): string {
  return typeof name === "string" ? `${name}  ` : `type ${name}  `
}

/** Sixteen bytes a line, with a wider gap after eight. */
export function hexBytes(bytes: Uint8Array): string {
  let text = ""
  for (const [index, byte] of bytes.entries()) {
    const gap = index % 16 === 0 ? "\n" : index % 8 === 0 ? "  " : " "
    text += `${index === 0 ? "" : gap}${byte.toString(16).padStart(2, "0")}`
  }
  return text
}

export function devicePlain(device: DeviceFacts | undefined): string {
  if (!device) return ""
  const { name, index, namespaceDevice, namespaceInode } = device
  return `  offloaded_to ${name ?? `ifindex ${index} ns_dev ${namespaceDevice} ns_ino ${namespaceInode}`}`
}

export function deviceJson(device: DeviceFacts | undefined, json: JsonWriter): void {
  if (!device) return
  json.objectField("dev", () => {
    json.field("ifindex", device.index)
    json.field("ns_dev", device.namespaceDevice)
    json.field("ns_inode", device.namespaceInode)
    if (device.name !== undefined) json.field("ifname", device.name)
  })
}

/** Seconds since 1970 of a time since boot. */
export function wallClock(bootTime: bigint, sinceBoot: bigint): bigint {
  return (bootTime + sinceBoot) / 1_000_000_000n
}

/** strftime's "%FT%T%z" in this machine's time zone. */
export function localTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000)
  const pad = (value: number): string => String(value).padStart(2, "0")
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(offset) / 60))}${pad(Math.abs(offset) % 60)}`
  return `${day}T${time}${zone}`
}
