import assert from "node:assert/strict"
import { numbers, type StyleGroup } from "./style.ts"

export const TEST_RUNS: StyleGroup = {
  title: "test runs of programs that nothing else runs, or that have none",
  styles: [
    {
      programType: "syscall",
      style: "test run",
      async run(scene) {
        const loaded = await scene.load("base", { only: ["add"] })
        const context = new Uint8Array(BigUint64Array.of(40n, 2n, 0n).buffer)
        const run = await loaded.programs.add!.run({ context })
        assert.equal(run.result, 7)
        assert.equal(new DataView(run.context.buffer, run.context.byteOffset).getBigUint64(16, true), 42n)
      },
    },
    {
      programType: "raw_tracepoint",
      style: "test run",
      async run(scene) {
        const loaded = await scene.load("base", { only: ["enter"] })
        const context = new Uint8Array(BigUint64Array.of(0n, 59n).buffer)
        assert.equal((await loaded.programs.enter!.run({ context })).result, 5)
        assert.equal(numbers(loaded).events, 59n)
      },
    },
    {
      programType: "kprobe",
      style: "test run",
      refusal: { on: ["6.1", "6.12", "reference"], errno: "ENOTSUPP", reason: /no test run for kprobe/ },
      async run(scene) {
        const loaded = await scene.load("base", { only: ["count_rmdir"] })
        await loaded.programs.count_rmdir!.run({ context: new Uint8Array(168) })
      },
    },
  ],
}
