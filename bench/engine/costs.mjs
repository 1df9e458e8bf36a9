// What the engine costs beside the programs themselves: compiling, calling, helpers, maps.
import { bootKernel } from "../../dist/embedded/index.js"
import { createMap } from "../../dist/embedded/maps/index.js"
import { RING_CONSUMED, RING_PRODUCED } from "../../dist/embedded/maps/native/ring-layout.js"
import { NativeHelpers } from "../../dist/embedded/programs/native-helpers.js"
import { functionStarts } from "../../dist/engine/functions.js"
import { execute, Runner } from "../../dist/engine/index.js"
import { prepare } from "../../dist/engine/prepare.js"
import { compileProgram } from "../../dist/engine/wasm/compile.js"
import { assemble } from "../../dist/isa/index.js"
import { objectOfProgram } from "../../dist/object/index.js"

export const ENGINE_GROUPS = [
  { name: "engine: compiling, warm", measure: compiling },
  { name: "engine: one packet through an XDP parser of 73 instructions", measure: packets },
  { name: "engine: a helper or map in a loop of a program", measure: calls },
]

/** Median and worst of `times` calls, after a third as many. */
function timed(name, run, { times = 60, per = 1, note } = {}) {
  for (let i = 0; i < times / 3; i++) run(i)
  const taken = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    run(i)
    taken.push((performance.now() - start) / per)
  }
  taken.sort((a, b) => a - b)
  return {
    name,
    ms: taken[taken.length >> 1],
    worst: taken[Math.ceil(taken.length * 0.99) - 1],
    ...(note && { note }),
  }
}

/** Straight code, branches, loads and stores, in blocks of ten. */
function programOf(instructions, seed = 0) {
  const block = index =>
    `r0 += r1\nif r0 s> ${(index + seed) % 9} goto pc+2\nr0 ^= 5\nr3 += 3\nr4 = *(u32 *)(r1 +${(index * 4) % 256})\n` +
    "r0 += r4\n*(u64 *)(r10 -8) = r0\nr5 = *(u64 *)(r10 -8)\nr5 <<= 3\nw5 ^= w0\n"
  const blocks = Array.from({ length: Math.round(instructions / 10) }, (_, index) => block(index)).join("")
  return assemble(`r0 = 0\nr3 = 0\n${blocks}exit`)
}

const MEMORY_BYTES = 1 << 20
const STACK_BYTES = 16384

/** Helpers do nothing, fuel does not end. */
function newMachine(memory) {
  const stack = { base: 65536, size: STACK_BYTES }
  return { memory, stack, call: () => 0n, callKfunc: () => 0n, fuel: 1n << 40n }
}

function compiling() {
  const module = (instructions, tier) => {
    const operations = prepare(instructions)
    return compileProgram(operations, functionStarts(operations), { tier, memoryBytes: MEMORY_BYTES })
  }
  const thousand = programOf(1000)
  const bytes = module(thousand, "quick")
  const memory = new WebAssembly.Memory({ initial: MEMORY_BYTES / 65536 })
  const machine = newMachine(memory)
  const small = Array.from({ length: 400 }, (_, seed) => programOf(200, seed))
  return [
    timed("quick tier, 1,000 instructions: translation", () => module(thousand, "quick"), { times: 1000 }),
    timed("quick tier: module from its bytes", () => new WebAssembly.Module(bytes)),
    timed(
      "optimising tier, 1,000 instructions, with its module",
      () => new WebAssembly.Module(module(thousand, "optimising")),
    ),
    timed(
      "first result of 200 new instructions",
      i => execute({ instructions: small[i] }, machine, BigInt(2 * 65536)),
      { times: 200 },
    ),
    timed(
      "quick tier, 100,000 instructions, with its module",
      () => new WebAssembly.Module(module(programOf(100_000), "quick")),
      { times: 3 },
    ),
  ]
}

/** Ethernet with one VLAN tag, IPv4 without fragments, TCP or UDP: a key of addresses and ports, or why not. */
const PARSER = `
r2 = *(u32 *)(r1 +0)
r3 = *(u32 *)(r1 +4)
r0 = 0
r4 = r2
r4 += 14
if r4 > r3 goto end
r5 = *(u8 *)(r2 +12)
r6 = *(u8 *)(r2 +13)
r6 <<= 8
r5 |= r6
if r5 != 129 goto plain
r7 = r4
r7 += 4
if r7 > r3 goto end
r5 = *(u16 *)(r4 +2)
r4 = r7
plain: r0 = 1
if r5 != 8 goto end
r7 = r4
r7 += 20
r0 = 0
if r7 > r3 goto end
r6 = *(u8 *)(r4 +0)
r8 = r6
r8 >>= 4
r0 = 2
if r8 != 4 goto end
r6 &= 15
r6 <<= 2
if r6 < 20 goto end
r7 = r4
r7 += r6
if r7 > r3 goto end
r8 = *(u16 *)(r4 +6)
r8 &= 65311
if r8 != 0 goto end
r0 = *(u32 *)(r4 +12)
r8 = *(u32 *)(r4 +16)
r9 = r8
r9 <<= 7
r0 ^= r9
r9 = r8
r9 >>= 9
r0 ^= r9
r0 += r8
r9 = *(u8 *)(r4 +9)
if r9 == 6 goto ports
if r9 != 17 goto end
ports: r8 = r7
r8 += 4
if r8 > r3 goto end
r5 = *(u16 *)(r7 +0)
r6 = *(u16 *)(r7 +2)
r5 <<= 16
r5 |= r6
r0 ^= r5
r6 = r5
r6 <<= 13
r0 ^= r6
r6 = r0
r6 >>= 17
r0 ^= r6
r6 = r0
r6 <<= 5
r0 ^= r6
r0 *= 31
r0 += r9
w0 ^= w5
w0 += w8
r6 = r0
r6 >>= 16
r0 ^= r6
end: exit`

async function packets() {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const view = new DataView(memory.buffer)
  const [CONTEXTS, PACKETS, RESULTS, COUNT] = [0x2_0000, 0x4_0000, 0x8_0000, 1024]
  for (let i = 0; i < COUNT; i++) {
    const packet = PACKETS + i * 64
    view.setUint32(CONTEXTS + i * 8, packet, true)
    view.setUint32(CONTEXTS + i * 8 + 4, packet + 64, true)
    const bytes = new Uint8Array(memory.buffer, packet, 64)
    for (let at = 0; at < 64; at++) bytes[at] = (at * 37 + i) & 255
    bytes.set([8, 0, 0x45], 12)
    bytes.set([0, 0], 20)
    bytes[23] = i & 1 ? 6 : 17
  }
  const machine = newMachine(memory)
  const program = { instructions: assemble(PARSER) }
  const rows = []
  for (const tier of ["quick", "optimising"]) {
    const runner = new Runner(program, machine, { tier })
    const each = () => {
      for (let i = 0; i < COUNT; i++) runner.run(CONTEXTS + i * 8)
    }
    const batch = () => runner.runEach(CONTEXTS, 8, COUNT, RESULTS)
    for (let i = 0; i < 2000; i++) batch()
    rows.push(
      timed(`${tier} tier, a call from JavaScript each`, each, { times: 2000, per: COUNT }),
      timed(`${tier} tier, 1,024 packets a call`, batch, { times: 2000, per: COUNT }),
    )
  }
  return [...rows, ...(await testRuns(new Uint8Array(memory.buffer, PACKETS, 64).slice(), COUNT))]
}

/** The same parser as a program of the embedded kernel. Its runs are over when the call returns, before its promise is kept. */
async function testRuns(packet, count) {
  const kernel = await bootKernel()
  const object = objectOfProgram({ type: "xdp", instructions: assemble(PARSER) })
  // Its hash takes in an address, which no verifier lets through.
  const { program } = (await kernel.load(object, { verify: false })).programs
  const REPEAT = 100_000
  const inputs = Array.from({ length: count }, () => ({ packet }))
  const rows = [
    timed("prog run of one packet, repeat 100,000", () => program.run({ packet, repeat: REPEAT }), {
      times: 100,
      per: REPEAT,
    }),
    timed("prog run of 1,024 packets, with their way in and out", () => program.runMany(inputs), {
      times: 300,
      per: count,
    }),
  ]
  return rows.map(row => ({ ...row, note: `${(1e-3 / row.ms).toFixed(1)} million packets a second` }))
}

const ROUNDS = 10_000

async function calls() {
  const kernel = await bootKernel()
  const { memory } = kernel
  const [ARRAY, HASH, CPU_HASH, CPU_ARRAY, RING] = [2, 1, 5, 6, 27]
  const shape = { name: "bench", keySize: 8, valueSize: 8, maxEntries: ROUNDS, flags: 0, extra: 0n }
  const array = createMap(kernel, 1001, { ...shape, type: ARRAY, keySize: 4 })
  const hash = createMap(kernel, 1002, { ...shape, type: HASH })
  const cpuArray = createMap(kernel, 1003, { ...shape, type: CPU_ARRAY, keySize: 4 })
  const cpuHash = createMap(kernel, 1004, { ...shape, type: CPU_HASH })
  const ring = createMap(kernel, 1005, {
    ...shape,
    type: RING,
    keySize: 0,
    valueSize: 0,
    maxEntries: 1 << 20,
  })
  const maps = new Map([array, hash, cpuArray, cpuHash, ring].map(map => [map.address, map]))
  const natives = new NativeHelpers({
    memory,
    types: kernel.types,
    mapAt: address => maps.get(address),
    since: () => true,
  })
  const keys = memory.alloc(8 * ROUNDS)
  const value = memory.alloc(8)
  let state = 1n
  for (let i = 0; i < ROUNDS; i++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    memory.view.setBigUint64(keys + 8 * i, state, true)
    hash.update(keys + 8 * i, value, 0n)
    cpuHash.update(keys + 8 * i, value, 0n)
  }
  const stack = { base: memory.alloc(STACK_BYTES), size: STACK_BYTES }
  const machine = { ...newMachine(memory.memory), natives, stack }
  const loop = body => ({
    instructions: assemble(
      `r6 = r1\nr7 = 0\nr8 = 0\nagain: ${body}\nr8 += r0\nr6 += 8\nr7 += 1\nif r7 != ${ROUNDS} goto again\nr0 = r8\nexit`,
    ),
  })
  const lookup = map =>
    loop(`r1 = ${map.address} ll\nr2 = r6\ncall 1\nif r0 == 0 goto pc+1\nr0 = *(u64 *)(r0 +0)`)
  const indexed = map =>
    loop(
      `*(u32 *)(r10 -4) = r7\nr1 = ${map.address} ll\nr2 = r10\nr2 += -4\ncall 1\nif r0 == 0 goto pc+1\nr0 = *(u64 *)(r0 +0)`,
    )
  const time = (name, program, on = machine) => {
    const runner = new Runner(program, on, { tier: "optimising" })
    return timed(name, () => runner.run(keys), { times: 400, per: ROUNDS })
  }
  // Records of 64 bytes, read at once by a reader that does not look at them.
  const { header } = ring.native
  const timeRing = (name, body, on = machine) => {
    const runner = new Runner(loop(body), on, { tier: "optimising" })
    const run = () => {
      runner.run(keys)
      memory.view.setBigUint64(
        header + RING_CONSUMED,
        memory.view.getBigUint64(header + RING_PRODUCED, true),
        true,
      )
    }
    return timed(name, run, { times: 400, per: ROUNDS })
  }
  const output = `r1 = ${ring.address} ll\nr2 = r6\nr3 = 64\nr4 = 0\ncall 130`
  const reserve = `r1 = ${ring.address} ll\nr2 = 64\nr3 = 0\ncall 131\nif r0 == 0 goto pc+4\n*(u64 *)(r0 +0) = r7\nr1 = r0\nr2 = 0\ncall 132`
  const ordinary = {
    ...newMachine(memory.memory),
    stack,
    call: (_id, [, data, size]) => BigInt(ring.output(memory.read(Number(data), Number(size)))),
  }
  return [
    time("the loop alone", loop("r0 = r7")),
    time("bpf_get_prandom_u32", loop("call 7")),
    time("bpf_ktime_get_ns", loop("call 5")),
    time("bpf_get_current_pid_tgid", loop("call 14")),
    time("helper in JavaScript that does nothing, the ordinary way", loop("call 40")),
    time("array lookup and a load of the value", indexed(array)),
    time("per-CPU array lookup and a load of the value", indexed(cpuArray)),
    time("hash lookup, 8-byte key of 10,000, and a load of the value", lookup(hash)),
    time("per-CPU hash lookup, the same", lookup(cpuHash)),
    timeRing("ring buffer: output of 64 bytes", output),
    timeRing("ring buffer: output of 64 bytes, the ordinary way", output, ordinary),
    timeRing("ring buffer: reserve 64 bytes, write 8, submit", reserve),
  ]
}
