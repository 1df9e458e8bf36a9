// Maps of the embedded kernel: one operation, called from a WebAssembly module as compiled programs do, and from JavaScript.
import { createMap } from "../dist/embedded/maps/index.js"
import { KernelMemory } from "../dist/embedded/memory/index.js"
import { callEach } from "../dist/engine/testing/call-each.js"
import { CodeWriter } from "../dist/engine/wasm/encode/code-writer.js"
import { encodeModule } from "../dist/engine/wasm/encode/module.js"

const [HASH, ARRAY, LRU_HASH, RINGBUF] = [1, 2, 9, 27]
const ENTRIES = 10_000
const ROUNDS = 300

export const MAP_GROUPS = [{ name: "maps", measure: maps }]

function newHost() {
  const memory = new KernelMemory()
  return { memory, cpus: 1, since: () => true, cpu: () => 0, nextOrder: () => memory.nextOrder() }
}

/** 8-byte keys one behind the other, in random order. */
function randomKeys(memory) {
  const keys = memory.alloc(ENTRIES * 8)
  let state = 88172645463325252n
  for (let index = 0; index < ENTRIES; index++) {
    state ^= BigInt.asUintN(64, state << 13n)
    state ^= state >> 7n
    state ^= BigInt.asUintN(64, state << 17n)
    memory.view.setBigUint64(keys + index * 8, state, true)
  }
  return keys
}

function maps() {
  const host = newHost()
  const { memory } = host
  const keys = randomKeys(memory)
  const shape = { name: "bench", keySize: 8, valueSize: 8, maxEntries: ENTRIES, flags: 0, extra: 0n }
  const hash = createMap(host, 1, { ...shape, type: HASH })
  const lru = createMap(host, 2, { ...shape, type: LRU_HASH, maxEntries: 2 * ENTRIES })
  const ring = createMap(host, 3, { ...shape, type: RINGBUF, keySize: 0, valueSize: 0, maxEntries: 1 << 20 })
  const array = createMap(host, 4, { ...shape, type: ARRAY, keySize: 4 })
  const { header } = hash.native
  const each = (callee, args) => {
    const run = callEach(memory.memory, callee, args)
    return () => run(keys, ENTRIES, 8)
  }
  const inJavaScript = operation => () => {
    for (let index = 0; index < ENTRIES; index++) operation(keys + index * 8)
  }
  const update = each(hash.native.update, [header, "address", "address", 0])
  const remove = each(hash.native.remove, [header, "address"])
  const fill = each(lru.native.update, [lru.native.header, "address", "address", 0])
  const indexes = memory.alloc(4 * ENTRIES)
  for (let index = 0; index < ENTRIES; index++) memory.view.setUint32(indexes + 4 * index, index, true)
  update()
  fill()
  // What else is in a call: its module's loop, and the way into another module.
  const nothing = new WebAssembly.Instance(new WebAssembly.Module(NOTHING)).exports.nothing
  return [
    row("a function that does nothing, from WebAssembly", each(nothing, [header, "address"])),
    row("hash lookup", each(hash.native.lookup, [header, "address"])),
    row(
      "hash lookup, from JavaScript",
      inJavaScript(key => hash.lookup(key)),
    ),
    row("hash update of a key that is there", update),
    row("hash update of a new key", update, remove),
    row("hash delete", remove, update),
    row("LRU hash lookup", each(lru.native.lookup, [lru.native.header, "address"])),
    row("array lookup, in the program itself", arrayLookups(memory.memory, array.native, indexes)),
    row("array lookup, from JavaScript", () => {
      for (let index = 0; index < ENTRIES; index++) array.lookup(indexes + 4 * index)
    }),
    row(
      "ring buffer output of 8 bytes",
      each(ring.native.output, [ring.native.header, "address", 8, 0]),
      () => ring.records.take(),
    ),
  ]
}

/** What a compiler can make of an array's description: a bounds check and an address, here in a loop over indexes. */
function arrayLookups(memory, { base, entries, stride }, first) {
  const [ADDRESS, COUNT, SUM, INDEX] = [0, 1, 2, 3]
  const code = new CodeWriter().open("loop")
  code.get(ADDRESS).memory("i32.load").tee(INDEX).i32(entries).op("i32.lt_u").open("if")
  code.get(INDEX).i32(stride).op("i32.mul").i32(base).op("i32.add").memory("i32.load")
  code.get(SUM).op("i32.add").set(SUM).op("end")
  code.get(ADDRESS).i32(4).op("i32.add").set(ADDRESS)
  code.get(COUNT).i32(1).op("i32.sub").tee(COUNT).branch("br_if", 0).op("end").get(SUM).op("end")
  const type = { parameters: ["i32", "i32"], results: ["i32"] }
  const run = { name: "run", type, locals: ["i32", "i32"], code: code.bytes }
  const nothing = { functionImports: [], globalImports: [], globals: [], table: new Map() }
  const module = new WebAssembly.Module(encodeModule({ ...nothing, functions: [run] }))
  const instance = new WebAssembly.Instance(module, { env: { memory } })
  return () => instance.exports.run(first, ENTRIES)
}

/** (module (func (export "nothing") (param i32 i32) (result i32) i32.const 0)) */
const NOTHING = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 11, 1],
  ...[7, 110, 111, 116, 104, 105, 110, 103, 0, 0, 10, 6, 1, 4, 0, 65, 0, 11],
)

/** Median and 99th percentile of one operation, in milliseconds. */
function row(name, run, before = () => {}) {
  const times = []
  for (let round = 0; round < 2 * ROUNDS; round++) {
    before()
    const start = performance.now()
    run()
    // The first half lets V8 compile.
    if (round >= ROUNDS) times.push((performance.now() - start) / ENTRIES)
  }
  times.sort((a, b) => a - b)
  return { name, ms: times[ROUNDS >> 1], worst: times[Math.floor(ROUNDS * 0.99)] }
}
