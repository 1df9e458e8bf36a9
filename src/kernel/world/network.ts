import { UsageError } from "../../base/index.ts"
import { addressBytes } from "./socket-address.ts"

/** A network: an address and how many of its bits count. */
export interface NetworkAddress {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  readonly prefix: number
}

/** "10.9.9.0/24", "fd00::1": bits beyond the prefix are cleared, as the kernel wants them. Throws UsageError. */
export function parseNetwork(text: string): NetworkAddress {
  const { address, prefix } = parseInterfaceAddress(text)
  return {
    prefix,
    address: address.map((byte, index) => {
      const kept = Math.min(Math.max(prefix - index * 8, 0), 8)
      return byte & (0xff00 >> kept)
    }),
  }
}

/** A kernel without netkit devices was asked for some. */
export function noNetkit(cause?: unknown): UsageError {
  return new UsageError("there are no netkit devices (EOPNOTSUPP)", {
    errno: "EOPNOTSUPP",
    hint: "they need Linux 6.7 or newer, built with CONFIG_NETKIT",
    ...(cause !== undefined && { cause }),
  })
}

/** "02:00:00:00:00:01" in bytes. Throws UsageError. */
export function parseMac(text: string): Uint8Array {
  const parts = text.split(":")
  if (parts.length !== 6 || !parts.every(part => /^[0-9a-f]{2}$/i.test(part)))
    throw new UsageError(`'${text}' is no link-layer address (EINVAL)`, {
      errno: "EINVAL",
      hint: 'write six bytes in hex, such as "02:00:00:00:00:01"',
    })
  return Uint8Array.from(parts, part => Number.parseInt(part, 16))
}

/** The same with all bits of the address, as devices have it. Throws UsageError. */
export function parseInterfaceAddress(text: string): NetworkAddress {
  const [, host = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  try {
    const address = addressBytes(host)
    const prefix = Number(bits ?? address.length * 8)
    if (prefix <= address.length * 8) return { address, prefix }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
  }
  throw new UsageError(`'${text}' is no network (EINVAL)`, {
    errno: "EINVAL",
    hint: 'write an address and the length of its prefix, such as "10.9.9.0/24" or "fd00:9::/64"',
  })
}
