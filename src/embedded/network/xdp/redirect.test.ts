import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import type { AttachPoint } from "../../../kernel/index.ts"
import type { EmbeddedObject } from "../../load/loaded-object.ts"
import { type XdpBench, xdpBench } from "./testing/pair.ts"

const fixture = readFileSync(new URL("../../fixtures/xdp.bpf.o", import.meta.url))

let bench: XdpBench
let loaded: EmbeddedObject

const on = (name: string, more: object = {}): AttachPoint => ({ kind: "xdp", interface: name, ...more })
const ECHO = 98
const MODES = ["native", "generic"] as const

async function boot(release = "6.12"): Promise<void> {
  bench = await xdpBench(fixture, release)
  loaded = await bench.load()
  await loaded.programs.redirected!.attach()
  await loaded.programs.not_redirected!.attach()
}

/** A program on v0 meets an echo request of the other end; gives what all programs noted. */
async function meet(name: string, mode: "native" | "generic"): Promise<string[]> {
  const { kernel } = bench
  const link = await loaded.programs[name]!.attach(on("v0", { mode }))
  await kernel.world.inNamespace("far", () => kernel.world.ping("10.1.1.1"))
  await link.detach()
  return bench.notes(loaded)
}

function onFarEnd(mode: "native" | "generic" = "native"): Promise<unknown> {
  return bench.kernel.world.inNamespace("other", () => loaded.programs.pass!.attach(on("w1", { mode })))
}

function element(index: number, program = 0): Uint8Array {
  return new Uint8Array(Uint32Array.of(index, program).buffer)
}

beforeEach(() => boot())

describe.each(MODES)("a redirect, %s,", mode => {
  test("goes out of an interface, by its index", async () => {
    const { v0, w0, w1 } = bench
    await onFarEnd()
    loaded.globals.target = w0.index
    expect(await meet("to_interface", mode)).toEqual([
      `redirect ${v0.index} ${w0.index} 0`,
      `pass ${w1.index} 0 ${ECHO}`,
    ])
    loaded.globals.target = 99
    expect(await meet("to_interface", mode)).toEqual([`redirect_err ${v0.index} 99 22`])
    // Flags are refused: the program returns XDP_ABORTED.
    loaded.globals.flags = 1n
    expect(await meet("to_interface", mode)).toEqual([])
  })

  test("goes to an element of a devmap, past its program", async () => {
    const { v0, w0, w1 } = bench
    const { on_device } = loaded.programs
    await onFarEnd()
    await loaded.maps.devices!.set(2, element(w0.index, on_device!.id))
    loaded.globals.target = 2
    expect(await meet("to_device", mode)).toEqual(
      mode === "native"
        ? [
            `redirect ${v0.index} ${w0.index} 2`,
            `devmap ${v0.index} ${w0.index} ${ECHO}`,
            `pass ${w1.index} 0 ${ECHO}`,
          ]
        : [
            `devmap ${v0.index} ${w0.index} ${ECHO}`,
            `redirect ${v0.index} ${w0.index} 2`,
            `pass ${w1.index} 0 ${ECHO}`,
          ],
    )
    loaded.globals.action = 1
    expect(await meet("to_device", mode)).not.toContain(`pass ${w1.index} 0 ${ECHO}`)
  })

  test("returns what the flags say where the map has no such element", async () => {
    const { v0 } = bench
    const { kernel } = bench
    const answered = async (name: string, flags: bigint): Promise<boolean> => {
      Object.assign(loaded.globals, { target: 1, flags })
      const link = await loaded.programs[name]!.attach(on("v0", { mode }))
      const result = await kernel.world.inNamespace("far", () => kernel.world.ping("10.1.1.1"))
      await link.detach()
      return result
    }
    for (const name of ["to_device", "to_hashed", "to_processor", "to_socket"]) {
      expect(await answered(name, 2n), name).toBe(true)
      expect(await answered(name, 1n), name).toBe(false)
    }
    expect(v0.xdp.programs).toEqual({})
  })

  test("goes to another processor, past the element's program", async () => {
    const { kernel, v0 } = bench
    await loaded.maps.processors!.set(1, element(4, loaded.programs.on_processor!.id))
    Object.assign(loaded.globals, { target: 1, action: 2 })
    const link = await loaded.programs.to_processor!.attach(on("v0", { mode }))
    expect(await kernel.world.inNamespace("far", () => kernel.world.ping("10.1.1.1"))).toBe(true)
    const cpus = loaded.events({ notes: "note" }).map(({ value }) => (value as { cpu: number }).cpu)
    expect(cpus).toEqual([0, 1])
    loaded.globals.action = 1
    expect(await kernel.world.inNamespace("far", () => kernel.world.ping("10.1.1.1"))).toBe(false)
    await link.detach()
    expect(v0.isUp).toBe(true)
  })

  test("goes to all of a map, or to all but where it came from", async () => {
    const { v0, v1, w0, w1 } = bench
    await onFarEnd(mode)
    await bench.kernel.world.inNamespace("far", () => loaded.programs.pass!.attach(on("v1", { mode })))
    for (const name of ["to_device", "to_hashed"]) {
      const map = loaded.maps[name === "to_device" ? "devices" : "hashed"]!
      await map.set(0, element(v0.index))
      await map.set(3, element(w0.index))
      loaded.globals.flags = 8n
      const reached = (await meet(name, mode)).filter(line => line.startsWith("pass"))
      const both = [`pass ${v1.index} 0 ${ECHO}`, `pass ${w1.index} 0 ${ECHO}`]
      expect(reached).toEqual(both)
      loaded.globals.flags = 8n | 16n
      expect((await meet(name, mode)).filter(line => line.startsWith("pass"))).toEqual([both[1]])
    }
  })
})

test.each([
  ["6.12", "redirect_err 2 3 95"],
  ["6.1", "redirect 2 3 0"],
])("of a driver, to a device whose other end runs no program, is lost (%s)", async (release, told) => {
  await boot(release)
  loaded.globals.target = bench.w0.index
  expect(await meet("to_interface", "native")).toEqual([told])
})

test("a device that goes takes its elements with it", async () => {
  const { kernel } = bench
  const map = loaded.maps.devices!
  const undo = kernel.network.makePair({ name: "x0", addresses: [] }, { name: "x1", addresses: [] })
  const { index } = kernel.network.initial.device("x0")!
  await map.set(1, element(index))
  expect(await map.get(1)).toBe(BigInt(index))
  undo()
  expect(await map.get(1)).toBeUndefined()
  await expect(map.set(1, element(index))).rejects.toThrow("there is no network interface")
  await expect(map.set(1, element(1, loaded.programs.decide!.id))).rejects.toThrow("EINVAL")
  for (const value of [
    { target: 1, program: {} },
    { target: "v0", program: loaded.programs.decide },
  ])
    await expect(map.set(1, value)).rejects.toThrow("an element is { target, program }")
})
