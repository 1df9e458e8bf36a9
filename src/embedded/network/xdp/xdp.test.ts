import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import { AttachError } from "../../../base/index.ts"
import type { AttachPoint } from "../../../kernel/index.ts"
import { Skb } from "../skb.ts"
import { transmitPacket } from "../transmit.ts"
import { type XdpBench, xdpBench } from "./testing/pair.ts"

const fixture = readFileSync(new URL("../../fixtures/xdp.bpf.o", import.meta.url))

let bench: XdpBench

beforeEach(async () => {
  bench = await xdpBench(fixture)
})

const on = (name: string, more: object = {}): AttachPoint => ({ kind: "xdp", interface: name, ...more })
const inFar = <T>(action: () => T | Promise<T>): Promise<T> => bench.kernel.world.inNamespace("far", action)
/** An echo request has 14 + 20 + 8 + 56 bytes. */
const ECHO = 98

describe("a program on an interface", () => {
  test.each([
    ["native", "v0", "10.1.1.2"],
    ["generic", "v0", "10.1.1.2"],
    [undefined, "v0", "10.1.1.2"],
    ["generic", "lo", "127.0.0.1"],
    [undefined, "lo", "127.0.0.1"],
  ])("sees what comes in, and drops it (%s on %s)", async (mode, name, address) => {
    const loaded = await bench.load()
    const link = await loaded.programs.decide!.attach(on(name, mode ? { mode } : {}))
    const { world } = bench.kernel
    expect(await world.ping(address)).toBe(true)
    const index = bench.kernel.network.initial.device(name)!.index
    const once = `xdp ${index} 0 ${ECHO}`
    expect(bench.notes(loaded)).toEqual(name === "lo" ? [once, once] : [once])
    loaded.globals.action = 1
    expect(await world.ping(address)).toBe(false)
    await link.detach()
    expect(await world.ping(address)).toBe(true)
  })

  test("returns what is not done: a tracepoint tells of it, the log once", async () => {
    const loaded = await bench.load({ action: 7 })
    const { kernel } = bench
    await loaded.programs.exception!.attach()
    await loaded.programs.decide!.attach(on("v0"))
    await kernel.world.ping("10.1.1.2")
    await kernel.world.ping("10.1.1.2")
    const { index } = bench.v0
    const told = [`xdp ${index} 0 ${ECHO}`, `exception ${index} 7 0`]
    expect(bench.notes(loaded)).toEqual([...told, ...told])
    const { id } = loaded.programs.decide!
    expect(kernel.log.lines).toEqual([
      `Illegal XDP return value 7 on prog decide (id ${id}) dev v0, expect packet loss!`,
    ])
    loaded.globals.action = 0
    await kernel.world.ping("10.1.1.2")
    expect(bench.notes(loaded)).toEqual([told[0], `exception ${index} 0 0`])
  })

  test("moves the packet's start, end and metadata, within its room", async () => {
    const loaded = await bench.load()
    const { kernel } = bench
    await loaded.programs.move!.attach(on("v0"))
    const moved = async (globals: object): Promise<number> => {
      Object.assign(loaded.globals, { head: 0, tail: 0, meta: 0 }, globals)
      await kernel.world.ping("10.1.1.2")
      return Number(loaded.globals.moved)
    }
    // 256 bytes are before a packet, less those of struct xdp_frame.
    expect(await moved({ head: -216 })).toBe(0)
    expect(await moved({ head: -217 })).toBe(-22)
    expect(await moved({ tail: -(ECHO - 14) })).toBe(0)
    expect(await moved({ tail: 30 })).toBe(0)
    expect(await moved({ tail: 31 })).toBe(-22)
    // The padding goes: the answer is one still.
    Object.assign(loaded.globals, { head: 0, tail: 20, meta: 5 })
    expect(await kernel.world.ping("10.1.1.2")).toBe(true)
  })

  test("is refused in Linux's words", async () => {
    const loaded = await bench.load()
    const { decide, pass, on_device, listen } = loaded.programs
    const why = async (program: typeof decide, point: AttachPoint): Promise<string> => {
      try {
        await program!.attach(point)
        return "attached"
      } catch (error) {
        return error instanceof AttachError ? error.message : `no AttachError: ${error}`
      }
    }
    const link = await decide!.attach(on("v0"))
    const { id } = decide!
    expect(await why(pass, on("v0"))).toBe(
      `prog 'pass': xdp v0: XDP program already attached (id ${id}) (EBUSY)`,
    )
    expect(await why(pass, on("v0", { replace: true }))).toBe(
      `prog 'pass': xdp v0: Can't replace active BPF XDP link: program ${id} is there (EBUSY)`,
    )
    expect(await why(pass, on("v0", { mode: "generic", by: "netlink" }))).toBe(
      `prog 'pass': xdp v0 generic: Native and generic XDP can't be active at the same time: program ${id} is there in native mode (EEXIST)`,
    )
    expect(await why(pass, on("v0", { by: "link", replace: true }))).toMatch(/takes no other program's place/)
    expect(await why(pass, on("v0", { mode: "offload" }))).toBe(
      "prog 'pass': xdp v0 offload: Invalid argument (EINVAL)",
    )
    expect(await why(pass, on("lo", { mode: "native", by: "netlink" }))).toMatch(
      /Underlying driver does not support XDP in native mode \(EOPNOTSUPP\)/,
    )
    expect(await why(pass, on("v9"))).toMatch(/no network interface is named 'v9' \(ENODEV\)/)
    expect(await why(on_device, on("w0", { by: "netlink" }))).toMatch(/BPF_XDP_DEVMAP programs can not be/)
    expect(await why(listen, on("w0"))).toMatch(/it is a socket_filter program, and xdp programs go there/)
    await link.detach()
    const old = await decide!.attach(on("v0", { by: "netlink" }))
    expect(await why(pass, on("v0", { by: "netlink" }))).toMatch(/XDP program already attached: program/)
    await pass!.attach(on("v0", { by: "netlink", replace: true }))
    await old.detach()
    expect(bench.v0.xdp.programs).toEqual({ native: pass!.id })
  })
})

describe("XDP_TX", () => {
  test("of the driver reaches the other end only where that runs a program too", async () => {
    const loaded = await bench.load({ action: 3 })
    const { kernel, v0 } = bench
    await loaded.programs.decide!.attach(on("v0"))
    await inFar(async () => {
      await kernel.world.ping("10.1.1.1")
      expect(bench.notes(loaded)).toEqual([`xdp ${v0.index} 0 ${ECHO}`])
      await loaded.programs.pass!.attach(on("v1"))
      await kernel.world.ping("10.1.1.1")
    })
    expect(bench.notes(loaded)).toEqual([`xdp ${v0.index} 0 ${ECHO}`, `pass ${bench.v1.index} 0 ${ECHO}`])
  })

  test("of the stack reaches it always", async () => {
    const loaded = await bench.load({ action: 3 })
    const { kernel, v0 } = bench
    await loaded.programs.decide!.attach(on("v0", { mode: "generic" }))
    await inFar(async () => {
      await loaded.programs.pass!.attach(on("v1", { mode: "generic" }))
      await kernel.world.ping("10.1.1.1")
    })
    expect(bench.notes(loaded)).toEqual([`xdp ${v0.index} 0 ${ECHO}`, `pass ${bench.v1.index} 0 ${ECHO}`])
  })
})

test("packets that XDP has had give their memory back", async () => {
  const loaded = await bench.load()
  const { kernel, v0, v1, w0 } = bench
  const { programs, maps, globals } = loaded
  await maps.devices!.set(0, devmapValue(w0.index))
  await maps.devices!.set(1, devmapValue(v0.index))
  await maps.processors!.set(0, devmapValue(8))
  await kernel.world.inNamespace("other", () => programs.pass!.attach(on("w1")))
  const frame = new Uint8Array(60).fill(0xff, 0, 6)
  const send = (): void => void transmitPacket(kernel, new Skb(kernel, v1, frame, 14))
  for (const mode of ["native", "generic"] as const)
    for (const name of ["decide", "move", "to_interface", "to_device", "to_processor", "to_socket"]) {
      const link = await programs[name]!.attach(on("v0", { mode }))
      send()
      bench.notes(loaded)
      const before = kernel.memory.kernel.used
      for (const action of [0, 1, 2, 3, 4, 9])
        for (const flags of [0n, 2n, 8n, 24n, 32n]) {
          Object.assign(globals, { action, flags, target: flags === 0n ? 0 : w0.index, head: -20, meta: 1 })
          send()
          bench.notes(loaded)
        }
      expect(kernel.memory.kernel.used, `${name} ${mode}`).toBe(before)
      await link.detach()
    }
})

/** struct bpf_devmap_val, and struct bpf_cpumap_val. */
function devmapValue(index: number, program = 0): Uint8Array {
  return new Uint8Array(Uint32Array.of(index, program).buffer)
}
