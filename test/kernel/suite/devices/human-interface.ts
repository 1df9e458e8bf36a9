import assert from "node:assert/strict"
import { describe } from "node:test"
import { attachStyle, globals, programs } from "../tracing/style.ts"
import { VirtualMouse } from "./uhid.ts"

const object = programs("device")

describe("human interface devices", () => {
  attachStyle(
    "struct_ops",
    "struct_ops hid_bpf_ops",
    async kernel => {
      // The struct names its device: kernels without such structs refuse it whatever the device.
      if (!kernel.machine.hasSymbol("hid_bpf_get_data")) await kernel.load(object)
      using mouse = await VirtualMouse.create()
      assert.deepEqual(await mouse.report(0, 5, 7), [0, 5, 7])
      const loaded = await kernel.load(object, { globals: { mouse: { hid_id: mouse.id } } })
      const link = await loaded.maps.mouse!.attach()
      assert.deepEqual(await mouse.report(0, 5, 7), [0, 251, 7])
      const seen = await globals(loaded)
      assert.deepEqual([seen.reports, seen.last_x], [1n, 5n])
      await link.detach()
      assert.deepEqual(await mouse.report(0, 5, 7), [0, 5, 7])
      assert.equal((await globals(loaded)).reports, 1n)
    },
    { on: ["6.1", "6.12"], errno: "ESRCH", reason: /built with CONFIG_HID_BPF/ },
  )
})
