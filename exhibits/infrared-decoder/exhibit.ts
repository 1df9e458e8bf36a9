import type { Exhibit } from "skep"

const DEVICE = "/dev/lirc0"
const [EV_REL, EV_MSC] = [2, 4]
const HERE = { kind: "lirc", device: DEVICE } as const

/** One message: the leader, 32 bits beginning with the lowest, and a last flash. */
function message(address: number, command: number, check = ~command): number[] {
  const bytes = [address, ~address, command, check].map(byte => byte & 0xff)
  const bits = bytes.flatMap(byte => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1))
  return [9000, 4500, ...bits.flatMap(bit => [562, bit ? 1687 : 562]), 562]
}

/** A remote control that no driver of the kernel knows: a BPF program is the driver. */
const decoder: Exhibit = {
  title: "a decoder of an infrared remote control, and its pointer",
  needs: ["CONFIG_BPF_LIRC_MODE2"],
  attach: { decode_nec: HERE, measure: HERE },
  async scenario({ world, object }) {
    const remote = world.receiver(DEVICE)
    const send = async (durations: readonly number[]): Promise<string[]> => {
      remote.send(durations)
      // The receiver's thread takes its time on a real kernel.
      await world.sleep(300)
      return remote.events().map(({ type, code, value }) => {
        if (type === EV_MSC) return `scan code 0x${value.toString(16)}`
        return type === EV_REL ? `${code === 0 ? "x" : "y"} ${value}` : `event ${type}`
      })
    }
    const seen = {
      button: await send(message(0x04, 0x2a)),
      "the same, held": await send([9000, 2250, 562]),
      "another one, weak and stretched": await send(
        message(0x04, 0x08).map(duration => Math.round(duration * 1.1)),
      ),
      "a broken message": await send(message(0x04, 0x2a, 0)),
      "half a message": await send(message(0x04, 0x2a).slice(0, 31)),
      "pointer left": await send(message(0x10, 1)),
      "pointer down": await send(message(0x10, 4)),
      "a light that does not end": await send([60_000]),
    }
    const again = await object.programs.decode_nec?.attach(HERE).then(
      () => "ok",
      (error: { errno?: string }) => error.errno,
    )
    const { messages, repeats, broken, timeouts, overflows, light } = object.globals
    remote.close()
    return { ...seen, again, counts: { messages, repeats, broken, timeouts, overflows }, light }
  },
  expected: {
    button: ["scan code 0x42a"],
    "the same, held": ["scan code 0x42a"],
    "another one, weak and stretched": ["scan code 0x408"],
    "a broken message": [],
    "half a message": [],
    "pointer left": ["x -5"],
    "pointer down": ["y 5"],
    "a light that does not end": [],
    again: "EEXIST",
    counts: { messages: 4, repeats: 1, broken: 1, timeouts: 7, overflows: 1 },
    light: 167_470,
  },
}

export default decoder
