import { closeSync, constants, openSync, readdirSync, readSync, writeSync } from "node:fs"
import { basename } from "node:path"
import type { InputEvent, WorldReceiver } from "../../kernel/index.ts"

/** struct input_event: a time of 16 bytes, type, code, value. */
const EVENT_BYTES = 24
const EV_SYN = 0

/** A receiver by its lirc device, and the input device that its keys come from. */
export function openReceiver(device: string): WorldReceiver {
  const fd = openSync(device, "r+")
  const keys = openSync(`/dev/input/${eventDevice(device)}`, constants.O_RDONLY | constants.O_NONBLOCK)
  const close = (): void => {
    closeSync(keys)
    closeSync(fd)
  }
  return {
    device,
    send: durations => void writeSync(fd, Uint32Array.from(durations)),
    events: () => readEvents(keys),
    close,
    [Symbol.dispose]: close,
  }
}

/** "event3": below the remote control that the lirc device belongs to. */
function eventDevice(device: string): string {
  const folder = `/sys/class/lirc/${basename(device)}/device`
  const named = (at: string, prefix: string): string => {
    const name = readdirSync(at).find(name => name.startsWith(prefix))
    if (name === undefined) throw new Error(`${device} has no input device`)
    return name
  }
  return named(`${folder}/${named(folder, "input")}`, "event")
}

function readEvents(keys: number): InputEvent[] {
  const events: InputEvent[] = []
  const bytes = Buffer.alloc(EVENT_BYTES * 64)
  for (;;) {
    const length = readSome(keys, bytes)
    if (length === 0) return events
    for (let at = 0; at < length; at += EVENT_BYTES) {
      const type = bytes.readUInt16LE(at + 16)
      if (type !== EV_SYN)
        events.push({ type, code: bytes.readUInt16LE(at + 18), value: bytes.readInt32LE(at + 20) })
    }
  }
}

function readSome(fd: number, bytes: Buffer): number {
  try {
    return readSync(fd, bytes)
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return 0
    throw error
  }
}
