import { ETHERNET_BYTES } from "../packets/index.ts"
import { refuseIf } from "./run-kind.ts"

/** Throws Refused for the caller's packet when it is too short for a header. */
export function needsEthernet({ length }: Uint8Array): void {
  refuseIf(length < ETHERNET_BYTES, "EINVAL", noHeader(length))
}

export function noHeader(length: number): string {
  return `a packet of ${length} bytes has no Ethernet header`
}
