// The families of families.ts on the real kernel.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { openLinuxKernel } from "skep/linux"
import { DEADLY, expectedOn, FAMILIES, foundInArena, picked, touchArena } from "./families.ts"
import { guest, programs, release } from "./tracing/style.ts"

/** What depends on how many processors a kernel is built for, or on how it counts preemption. */
const builtOtherwise = guest === "reference" && "this kernel is built otherwise than Debian's"

describe("a family of helpers or kernel functions", () => {
  for (const family of FAMILIES) {
    const { object: name, programs: only, since, calls = 1, wait } = family
    const isNew = since === "6.12" && release === "6.1" && "this kernel has none of them"
    const skip = isNew || (name === "cpumasks" && builtOtherwise)
    test(`${name}: ${only.join(", ")}`, { skip }, async () => {
      await using kernel = await openLinuxKernel()
      const object = await kernel.load(programs(name), { only, globals: { watched: process.pid } })
      touchArena(family, () => object.maps.arena!.view())
      let handled = 0
      const [signal, times = 0] = family.handles ?? []
      const handler = (): void => void handled++
      if (signal) process.on(signal, handler)
      if (family.opensEvents) object.events()
      await object.attach()
      for (let call = 0; call < calls; call++) {
        // Node asks the kernel each time.
        void process.ppid
        if (wait !== undefined) await setTimeout(wait / 1e6 + 30)
      }
      if (family.forks) spawnSync("/bin/busybox", ["true"])
      await object.detach()
      assert.deepEqual(picked({ ...object.globals }, family), expectedOn(release, family))
      assert.deepEqual(
        foundInArena(family, () => object.maps.arena!.view()),
        family.finds ?? [],
      )
      if (signal) process.off(signal, handler)
      assert.equal(handled, times)
    })
  }
})

describe("a program that a BPF program kills as it starts", () => {
  for (const [number, signal] of DEADLY)
    test(`ends by ${signal}`, async () => {
      await using kernel = await openLinuxKernel()
      const globals = { watched: process.pid, deadly: number }
      const object = await kernel.load(programs("signals"), { only: ["killing", "exiting"], globals })
      await object.attach()
      const { signal: seen } = spawnSync("/bin/busybox", ["true"])
      await object.detach()
      assert.equal(seen, signal)
      assert.deepEqual([object.globals.killed, object.globals.while_exiting], [0, -1])
    })
})

describe("lines that callbacks print", () => {
  for (const { object: name, programs: only, since, wait = 0, linesFlags } of FAMILIES) {
    if (!linesFlags) continue
    const skip = (since === "6.12" && release === "6.1" && "this kernel has none of them") || builtOtherwise
    test(`${name} run where they do in Linux`, { skip }, async () => {
      await using kernel = await openLinuxKernel()
      const stop = new AbortController()
      const lines: string[] = []
      const reading = (async () => {
        for await (const line of kernel.trace(stop)) if (line.endsWith(` of ${process.pid}`)) lines.push(line)
      })()
      // Lines of the tests above are still there.
      await setTimeout(20)
      const before = lines.length
      const isSeen = (): boolean => lines.slice(before).some(line => linesFlags.test(line))
      // On a busy processor they interrupt whatever runs there; idle ones come with patience.
      for (let attempt = 0; attempt < 15 && !isSeen(); attempt++) {
        const object = await kernel.load(programs(name), { only, globals: { watched: process.pid } })
        await object.attach()
        void process.ppid
        await setTimeout(wait / 1e6 + 50)
        await object[Symbol.asyncDispose]()
      }
      stop.abort()
      await reading
      assert.ok(isSeen(), `no line like ${linesFlags} among\n${lines.slice(before).join("\n")}`)
    })
  }
})
