export interface WireOptions {
  readonly name: string
  /** "10.1.1.1/24". Without one of IPv6 the device has none of its own either. */
  readonly addresses: readonly string[]
  /** The device's link-layer address, "02:00:00:00:00:01"; the kernel gives one when left out. */
  readonly mac?: string
  /** Bytes that a packet has at most, of either end; 1500 when left out. */
  readonly mtu?: number
}

/** A device whose other end is the scenario: it puts frames on the wire, and reads those that leave. No ARP: all frames go to `mac`. */
export interface Wire {
  /** The device's number and its link-layer address. */
  readonly index: number
  readonly mac: Uint8Array
  /** A frame comes in on the device, from its link-layer header on. */
  send(frame: Uint8Array): void
  /** The same of many, one after the other. */
  sendAll(frames: Iterable<Uint8Array>): void
  /** The next frame that has left the device; undefined when none does within a second. */
  receive(): Promise<Uint8Array | undefined>
}
