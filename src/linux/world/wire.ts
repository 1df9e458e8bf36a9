import { readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import type { Wire } from "../../kernel/index.ts"
import type { Native } from "../ffi/native.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import { Socket } from "../net/socket.ts"

const ETH_P_ALL = 3
const PATIENCE = 1000
const PAUSE = 5

/** What is known of the device at the near end. */
export interface NearEnd {
  readonly index: number
  readonly mac: Uint8Array
}

/** A packet socket on the far end of a veth pair, made while this thread is in that end's namespace. */
export class LinuxWire implements Wire {
  readonly index: number
  readonly mac: Uint8Array
  readonly socket: Socket

  private constructor(socket: Socket, { index, mac }: NearEnd) {
    this.socket = socket
    this.index = index
    this.mac = mac
  }

  static open(native: Native, name: string, near: NearEnd): LinuxWire {
    const socket = Socket.open(native, { family: "packet", type: "raw", protocol: ETH_P_ALL })
    socket.bind({ interface: interfaceIndex(native, name), protocol: ETH_P_ALL })
    return new LinuxWire(socket, near)
  }

  send(frame: Uint8Array): void {
    this.socket.send(frame)
  }

  sendAll(frames: Iterable<Uint8Array>): void {
    for (const frame of frames) this.send(frame)
  }

  async receive(): Promise<Uint8Array | undefined> {
    const end = Date.now() + PATIENCE
    for (;;) {
      const received = this.socket.receive()
      if (received) return received.bytes
      if (Date.now() > end) return undefined
      await setTimeout(PAUSE)
    }
  }
}

/** A device of this thread's namespace. */
export function nearEnd(native: Native, name: string): NearEnd {
  const text = readFileSync(`/sys/class/net/${name}/address`, "utf8").trim()
  return {
    index: interfaceIndex(native, name),
    mac: Uint8Array.from(text.split(":"), part => Number.parseInt(part, 16)),
  }
}
