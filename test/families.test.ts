// The families of test/kernel/suite/families.ts on the embedded kernel, of each release and with each engine.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { DEADLY, expectedOn, FAMILIES, foundInArena, picked, touchArena } from "./kernel/suite/families.ts"

const RELEASES = ["6.1", "6.12"] as const
const ENGINES = ["wasm", "interpreter"] as const

describe.each(RELEASES)("on the embedded kernel %s", release => {
  const profile = loadBuiltinProfile(release)

  describe.each(ENGINES)("with the engine %s", engine => {
    const there = FAMILIES.filter(({ since }) => since === "6.1" || release === "6.12")
    test.each(there)("$object: $programs", async family => {
      const kernel = new EmbeddedKernel(await profile, { engine })
      const bytes = readFileSync(new URL(`kernel/programs/${family.object}.bpf.o`, import.meta.url))
      const spec = readObject(bytes, { name: family.object })
      const watched = kernel.world.spawn()
      const object = await kernel.load(spec, {
        only: family.programs,
        globals: { watched: watched.pid },
      })
      touchArena(family, () => object.maps.arena!.view())
      let handled = 0
      const [signal, times = 0] = family.handles ?? []
      if (signal) watched.onSignal(signal, () => void handled++)
      if (family.opensEvents) object.events()
      await object.attach()
      for (let call = 0; call < (family.calls ?? 1); call++) {
        watched.getppid()
        kernel.world.sleep((family.wait ?? 0) / 1e6)
      }
      if (family.forks) watched.fork().exit()
      await object.detach()
      if (family.linesFlags) {
        const lines = kernel.tracePipe
          .take()
          .map(({ comm, pid, flags, text }) => `${comm}-${pid} [000] ${flags} 1.0: bpf_trace_printk: ${text}`)
        expect(lines).toEqual([expect.stringMatching(family.linesFlags)])
      }
      expect(picked({ ...object.globals }, family)).toEqual(expectedOn(release, family))
      expect(foundInArena(family, () => object.maps.arena!.view())).toEqual(family.finds ?? [])
      expect(handled).toBe(times)
      await object[Symbol.asyncDispose]()
      expect(kernel.fields.objects.count, "objects that outlive their owners").toBe(0)
      expect([...kernel.fields.held], "references that outlive their owners").toEqual([])
    })
  })

  test.each(DEADLY)(
    "a program that a BPF program kills as it starts ends by signal %d, %s",
    async (number, signal) => {
      const kernel = new EmbeddedKernel(await profile)
      const bytes = readFileSync(new URL("kernel/programs/signals.bpf.o", import.meta.url))
      const watched = kernel.world.spawn()
      const globals = { watched: watched.pid, deadly: number }
      const object = await kernel.load(readObject(bytes), { only: ["killing", "exiting"], globals })
      await object.attach()
      const child = watched.fork()
      child.exec("/bin/true")
      expect(child.end).toEqual({ signal })
      expect(() => child.getppid()).toThrow("has exited")
      expect(watched.wait()).toEqual({ ok: true, value: child.pid })
      expect([object.globals.killed, object.globals.while_exiting]).toEqual([0, -1])
    },
  )
})
