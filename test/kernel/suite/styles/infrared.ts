import assert from "node:assert/strict"
import { numbers, type StyleGroup } from "./style.ts"

/** rc-loopback: what is sent comes back. */
const device = "/dev/lirc0"
const [EV_MSC, SCANCODE] = [4, 0x2a]

export const INFRARED: StyleGroup = {
  title: "infrared receivers",
  needs: ["CONFIG_BPF_LIRC_MODE2"],
  styles: [
    {
      programType: "lirc_mode2",
      style: "lirc",
      refusal: { on: ["6.1", "6.12"], errno: "EINVAL", reason: /CONFIG_BPF_LIRC_MODE2/ },
      async run(scene) {
        const { world } = scene
        const loaded = await scene.load("infrared")
        const { decode } = loaded.programs
        const link = await decode!.attach({ kind: "lirc", device })
        await assert.rejects(decode!.attach({ kind: "lirc", device }), /attached to the receiver already/)
        using remote = world.receiver(device)
        const press = async (): Promise<(number | undefined)[]> => {
          remote.send([900, 450, 4500])
          // The receiver's thread takes its time on a real kernel.
          await world.sleep(300)
          return remote.events().flatMap(({ type, value }) => (type === EV_MSC ? [value] : []))
        }
        assert.deepEqual(await press(), [SCANCODE])
        const { pulses, longest, presses } = numbers(loaded)
        assert.deepEqual([pulses, longest, presses], [2n, 4500n, 1n])
        await link.detach()
        assert.deepEqual(await press(), [])
        assert.equal(numbers(loaded).pulses, 2n)
      },
    },
  ],
}
