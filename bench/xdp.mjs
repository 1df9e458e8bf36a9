// XDP of the embedded kernel: frames held in memory come in on a device whose driver runs a program.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { bootKernel } from "../dist/embedded/index.js"
import { assemble } from "../dist/isa/index.js"
import { objectOfProgram, readObject } from "../dist/object/index.js"

const COUNT = 1_000_000
const SIZE = 64
const ROUNDS = 5
const ICMP = 1

const firewall = readObject(
  new Uint8Array(
    readFileSync(fileURLToPath(new URL("../exhibits/xdp-firewall/program.bpf.o", import.meta.url))),
  ),
)

export const XDP_GROUPS = [{ name: "xdp, one frame of 64 bytes out of a million", measure }]

async function measure() {
  const frames = echoRequests()
  const kernel = await bootKernel()
  const wire = kernel.world.makeWire({ name: "eth0", addresses: ["10.1.1.1/24"] })
  const point = { kind: "xdp", interface: "eth0", mode: "native" }
  const burst = async (name, object, program, prepare) => {
    const loaded = await kernel.load(object)
    await prepare?.(loaded)
    const link = await loaded.programs[program].attach(point)
    // The first round compiles.
    const row = measured(name, () => wire.sendAll(frames))
    const { runs } = loaded.programs[program]
    if (runs !== COUNT * (ROUNDS + 1)) throw new Error(`BUG: the program ran ${runs} times`)
    await link.detach()
    return row
  }
  const drop = objectOfProgram({ name: "drop", type: "xdp", instructions: assemble("r0 = 1\nexit\n") })
  const target = new Uint8Array(COUNT * SIZE)
  const before = kernel.memory.kernel.used
  const rows = [
    measured("copied in JavaScript", () => copyAll(frames, target)),
    await burst("dropped by a program of two instructions", drop, "drop"),
    await burst("parsed, counted and dropped by exhibits/xdp-firewall", firewall, "firewall", loaded =>
      loaded.maps.blocked.set(ICMP, 0n),
    ),
  ]
  const kept = kernel.memory.kernel.used - before
  await kernel[Symbol.asyncDispose]()
  return rows.map(row => ({ ...row, note: `${(1e-3 / row.ms).toFixed(1)} million/s; ${kept} bytes kept` }))
}

/** Views on one buffer, as a capture file in memory gives them. */
function echoRequests() {
  const bytes = new Uint8Array(COUNT * SIZE)
  const frame = new Uint8Array(SIZE)
  frame.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x08, 0x00, 0x45, 0, 0, SIZE - 14, 0, 1, 0, 0, 64, ICMP])
  const frames = []
  for (let index = 0; index < COUNT; index++) {
    const at = index * SIZE
    bytes.set(frame, at)
    frames.push(bytes.subarray(at, at + SIZE))
  }
  return frames
}

function copyAll(frames, target) {
  for (let index = 0; index < COUNT; index++) target.set(frames[index], index * SIZE)
}

/** Median and worst of some rounds after the first, in milliseconds a frame. */
function measured(name, run) {
  const times = []
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now()
    run()
    if (round > 0) times.push((performance.now() - start) / COUNT)
  }
  times.sort((a, b) => a - b)
  return { name, ms: times[ROUNDS >> 1], worst: times.at(-1) }
}
