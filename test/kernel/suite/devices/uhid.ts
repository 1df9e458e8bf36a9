import assert from "node:assert/strict"
import { closeSync, constants, existsSync, openSync, readdirSync, writeSync } from "node:fs"
import { eventually } from "../styles/sockets-of.ts"
import { read } from "./read.ts"

// Events of linux/uhid.h.
const [UHID_DESTROY, UHID_CREATE2, UHID_INPUT2] = [1, 11, 12]
const BUS_VIRTUAL = 6
const [VENDOR, PRODUCT] = [0x5ce9, 1]
const HID_DEVICES = "/sys/bus/hid/devices"
const MOST_BYTES = 64

/** A mouse: a byte of three buttons, then how far it went in x and y. */
const MOUSE =
  "05010902a1010901a100050919012903150025019503750181029501750581030501093009311581257f750895028106c0c0"

/** A mouse that this process plays, through /dev/uhid. */
export class VirtualMouse implements Disposable {
  readonly #uhid: number
  readonly #reports: number
  /** The kernel's number of the device. */
  readonly id: number

  private constructor(uhid: number, name: string, hidraw: string) {
    this.#uhid = uhid
    this.#reports = openSync(`/dev/${hidraw}`, constants.O_RDONLY | constants.O_NONBLOCK)
    this.id = Number.parseInt(name.split(".").at(-1) ?? "", 16)
  }

  static async create(): Promise<VirtualMouse> {
    const uhid = openSync("/dev/uhid", "r+")
    writeSync(uhid, createEvent(Buffer.from(MOUSE, "hex")))
    const found = await eventually(find, 5000)
    assert(found, "the device did not come up")
    return new VirtualMouse(uhid, ...found)
  }

  /** Sends a report, and gives what readers of the device get. */
  async report(...bytes: readonly number[]): Promise<readonly number[]> {
    const event = Buffer.alloc(6 + bytes.length)
    event.writeUInt32LE(UHID_INPUT2)
    event.writeUInt16LE(bytes.length, 4)
    event.set(bytes, 6)
    writeSync(this.#uhid, event)
    return [...((await eventually(() => read(this.#reports, MOST_BYTES), 2000)) ?? [])]
  }

  [Symbol.dispose](): void {
    closeSync(this.#reports)
    writeSync(this.#uhid, Buffer.from(Uint32Array.of(UHID_DESTROY).buffer))
    closeSync(this.#uhid)
  }
}

/** `struct uhid_create2_req` after the number of the event. */
function createEvent(descriptor: Buffer): Buffer {
  const event = Buffer.alloc(280 + descriptor.length)
  event.writeUInt32LE(UHID_CREATE2)
  event.write("skep mouse", 4)
  event.writeUInt16LE(descriptor.length, 260)
  event.writeUInt16LE(BUS_VIRTUAL, 262)
  event.writeUInt32LE(VENDOR, 264)
  event.writeUInt32LE(PRODUCT, 268)
  event.set(descriptor, 280)
  return event
}

/** The device's name, and that of its raw reports. */
function find(): readonly [name: string, hidraw: string] | undefined {
  const name = readdirSync(HID_DEVICES).find(name => name.startsWith("0006:5CE9:"))
  const folder = `${HID_DEVICES}/${name}/hidraw`
  const [hidraw] = name !== undefined && existsSync(folder) ? readdirSync(folder) : []
  return name !== undefined && hidraw !== undefined && existsSync(`/dev/${hidraw}`)
    ? [name, hidraw]
    : undefined
}
