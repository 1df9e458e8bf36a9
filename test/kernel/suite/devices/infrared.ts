import assert from "node:assert/strict"
import { closeSync, constants, openSync, readdirSync, writeSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel, queryPrograms } from "skep/linux"
import { eventually } from "../network/hook.ts"
import { attachStyle, globals, programs } from "../tracing/style.ts"
import { read } from "./read.ts"

/** rc-loopback: what is sent comes back. */
const DEVICE = "/dev/lirc0"
const BPF_LIRC_MODE2 = 16
const [EV_MSC, MSC_SCAN] = [4, 4]
const SCANCODE = 0x2a

/** Sends light and darkness in turn, in microseconds. */
function send(device: number, ...durations: readonly number[]): void {
  writeSync(device, Uint32Array.from(durations))
}

/** The input device that pressed keys of the receiver come from. */
function openKeys(): number {
  const folder = "/sys/class/rc/rc0"
  const input = readdirSync(folder).find(name => name.startsWith("input"))
  const event = readdirSync(`${folder}/${input}`).find(name => name.startsWith("event"))
  return openSync(`/dev/input/${event}`, constants.O_RDONLY | constants.O_NONBLOCK)
}

/** The scancode of the next key; undefined when there is none. */
function scancode(keys: number): number | undefined {
  const events = read(keys, 24 * 16)
  for (let at = 0; events && at < events.length; at += 24)
    if (events.readUInt16LE(at + 16) === EV_MSC && events.readUInt16LE(at + 18) === MSC_SCAN)
      return events.readInt32LE(at + 20)
  return undefined
}

describe("infrared receivers", () => {
  attachStyle(
    "lirc_mode2",
    "lirc",
    async kernel => {
      const loaded = await kernel.load(programs("infrared"))
      const { decode } = loaded.programs
      const device = openSync(DEVICE, "r+")
      const keys = openKeys()
      try {
        const attached = (): readonly number[] => queryPrograms(kernel.bpf, device, BPF_LIRC_MODE2).ids
        const link = await decode!.attach({ kind: "lirc", device: DEVICE })
        assert.deepEqual(attached(), [decode!.id])
        await assert.rejects(
          decode!.attach({ kind: "lirc", device: DEVICE }),
          /attached to the receiver already/,
        )
        send(device, 900, 450, 4500)
        assert.equal(await eventually(() => scancode(keys), 2000), SCANCODE)
        const seen = await globals(loaded)
        assert.deepEqual([seen.pulses, seen.longest, seen.presses], [2n, 4500n, 1n])
        await link.detach()
        assert.deepEqual(attached(), [])
        send(device, 900, 450, 4500)
        assert.equal(await eventually(() => scancode(keys)), undefined)
        assert.equal((await globals(loaded)).pulses, 2n)
      } finally {
        closeSync(keys)
        closeSync(device)
      }
    },
    { on: ["6.1", "6.12"], errno: "EINVAL", reason: /CONFIG_BPF_LIRC_MODE2/ },
  )

  test("programs of other types have no business there", async () => {
    await using kernel = await openLinuxKernel()
    const { classify } = (await kernel.load(programs("network"), { only: ["classify"] })).programs
    await assert.rejects(classify!.attach({ kind: "lirc", device: DEVICE }), /lirc_mode2 programs go there/)
  })
})
