import assert from "node:assert/strict"
import { type AttachStyle, numbers, type StyleGroup } from "./style.ts"

const SHOP = "/tmp/skep-samples"

const clock = (style: string, event: "cpu-clock" | "task-clock"): AttachStyle => ({
  programType: "perf_event",
  style,
  async run(scene) {
    const { world } = scene
    const loaded = await scene.load("functions", { only: ["on_sample"] })
    const link = await loaded.programs.on_sample!.attach({
      kind: "perfEvent",
      event,
      frequency: 200,
      // A task's clock is that of a task: on a whole CPU it would not tick.
      ...(event === "task-clock" && { pid: world.pid }),
    })
    world.work(300)
    const { samples } = numbers(loaded)
    assert(samples! > 3n, `${samples} samples in 300 ms`)
    await link.detach()
    const before = numbers(loaded).samples
    world.work(100)
    assert.equal(numbers(loaded).samples, before)
  },
})

export const SAMPLES: StyleGroup = {
  title: "samples of perf events",
  prepare: ({ world, shop }) => world.install(SHOP, shop),
  styles: [
    clock("perf_event cpu-clock", "cpu-clock"),
    clock("perf_event task-clock", "task-clock"),
    {
      programType: "perf_event",
      style: "perf_event page-faults",
      async run(scene) {
        const loaded = await scene.load("functions", { only: ["on_sample"] })
        const point = { kind: "perfEvent", event: "page-faults", period: 1 } as const
        const link = await loaded.programs.on_sample!.attach(point)
        await scene.world.exec(SHOP)
        await link.detach()
        const { samples } = numbers(loaded)
        assert(samples! > 0n, "a new program has none of its pages yet")
        await scene.world.exec(SHOP)
        assert.equal(numbers(loaded).samples, samples)
      },
    },
    {
      programType: "perf_event",
      style: "perf_event context-switches",
      async run(scene) {
        await using shop = await scene.world.start(SHOP)
        const loaded = await scene.load("functions", { only: ["on_sample"] })
        const point = { kind: "perfEvent", event: "context-switches", period: 1, pid: shop.pid } as const
        const link = await loaded.programs.on_sample!.attach(point)
        // It sleeps until it is asked again.
        for (let turn = 0; turn < 5; turn++) await shop.call("shop_discount", turn)
        await link.detach()
        const { samples } = numbers(loaded)
        assert(samples! >= 4n, `${samples} samples`)
        await shop.call("shop_discount", 1)
        assert.equal(numbers(loaded).samples, samples)
      },
    },
    {
      programType: "perf_event",
      style: "perf_event cpu-cycles",
      // QEMU without KVM has no performance counters.
      refusal: { on: ["6.1", "6.12", "reference"], errno: "ENOENT", reason: /no hardware counters/ },
      async run(scene) {
        const loaded = await scene.load("functions", { only: ["on_sample"] })
        await loaded.programs.on_sample!.attach({ kind: "perfEvent", event: "cpu-cycles" })
      },
    },
  ],
}
