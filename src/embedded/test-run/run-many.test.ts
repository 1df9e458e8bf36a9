import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedProgram } from "../programs/program.ts"

const file = new URL("../../../test/kernel/programs/test-run.bpf.o", import.meta.url)
const object = readObject(readFileSync(file), { name: "test-run" })
const profile = await loadBuiltinProfile("6.12")

/** More than lie in memory at a time, each another first byte. */
const INPUTS = Array.from({ length: 600 }, (_, index) => {
  const packet = new Uint8Array(20)
  packet.set([index & 0xff, index >> 8])
  return { packet }
})

async function loaded(name: string): Promise<{ kernel: EmbeddedKernel; program: EmbeddedProgram }> {
  const kernel = new EmbeddedKernel(profile)
  const { programs } = await kernel.load(object, { only: [name] })
  return { kernel, program: programs[name]! }
}

describe("a program that runs on many inputs", () => {
  test("gives each its own answer, and memory back", async () => {
    const { kernel, program } = await loaded("xdp_count")
    const { used } = kernel.memory.kernel
    const results = await program.runMany(INPUTS)
    expect(results.map(({ result }) => result)).toEqual(INPUTS.map((_, index) => (index + 1) & 0xff))
    expect(results[259]?.packet.subarray(0, 3)).toEqual(Uint8Array.of(4, 1, 0))
    expect(INPUTS[259]?.packet[0]).toBe(3)
    expect(program.runs).toBe(600)
    expect(kernel.memory.kernel.used).toBe(used)
  })

  test("repeats each", async () => {
    const { program } = await loaded("xdp_count")
    const results = await program.runMany(INPUTS.slice(0, 3), { repeat: 20_000 })
    expect(results.map(({ result }) => result)).toEqual([20_000, 20_001, 20_002].map(count => count & 0xff))
  })

  test("says which input is refused, before or after the runs", async () => {
    const { program } = await loaded("xdp_look")
    const short = INPUTS.with(301, { packet: new Uint8Array(13) })
    await expect(program.runMany(short)).rejects.toMatchObject({
      errno: "EINVAL",
      message:
        "prog 'xdp_look': test run: Invalid argument (EINVAL): input 301: a packet of 13 bytes has no Ethernet header",
    })
    const long = INPUTS.with(302, { packet: new Uint8Array(30) })
    await expect(program.runMany(long, { packetRoom: 20 })).rejects.toThrow(
      /ENOSPC\): input 302: the packet has 30 bytes now$/,
    )
  })

  test("names what it returned, and takes fields by name", async () => {
    const { program } = await loaded("tc_look")
    const [first] = await program.runMany([{ packet: new Uint8Array(14), context: { mark: 7 } }])
    expect(first).toMatchObject({ result: 2, action: "TC_ACT_SHOT" })
    expect(new DataView(first!.context.buffer).getUint32(8, true)).toBe(8)
    await expect(program.run({ packet: new Uint8Array(14), context: { marc: 7 } })).rejects.toThrow(
      "prog 'tc_look': test run: struct __sk_buff has no field 'marc'",
    )
  })

  test("puts what does not fit into a page into fragments, 17 at most", async () => {
    const { kernel, program } = await loaded("xdp_move")
    const { used } = kernel.memory.kernel
    /** What the program leaves of a packet whose tail it moves. */
    const moved = async (length: number, by: number): Promise<Uint8Array> => {
      const packet = new Uint8Array(length).fill(1)
      packet.set(new Uint8Array(Int16Array.of(0, 0, by).buffer))
      return (await program.run({ packet })).packet
    }
    expect((await moved(9000, -4000)).length).toBe(5000)
    expect((await moved(9000, -8000)).length).toBe(1000)
    expect((await moved(9000, 10)).subarray(8999)).toEqual(Uint8Array.of(1, ...new Uint8Array(10)))
    // The last fragment has 4,096 - 1,384 bytes left.
    expect((await moved(9000, 2712)).length).toBe(11_712)
    expect((await moved(9000, 2713)).length).toBe(9000)
    const most = 3520 + 17 * 4096
    expect((await moved(most, 0)).length).toBe(most)
    await expect(moved(most + 1, 0)).rejects.toThrow("(ENOMEM): a packet has 17 fragments of a page at most")
    expect(kernel.memory.kernel.used).toBe(used)
  })

  test("runs none of none", async () => {
    const { program } = await loaded("xdp_count")
    expect(await program.runMany([])).toEqual([])
  })
})
