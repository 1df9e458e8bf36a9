// Events of the embedded kernel: what one costs with a program that counts in a hash map, and what many leave in memory.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { bootKernel } from "../dist/embedded/index.js"
import { readObject } from "../dist/object/index.js"

const EVENTS = 1_000_000
const EXECS = 100_000
const ROUNDS = 3
const read = path => readObject(readFileSync(fileURLToPath(new URL(path, import.meta.url))))

export const EVENT_GROUPS = [
  { name: "events, one of a million", measure: measureEvents },
  { name: "processes, one of 100,000", measure: measureExecs },
]

async function measureEvents() {
  const kernel = await bootKernel()
  const counter = await kernel.load(read("../src/embedded/fixtures/triggers.bpf.o"))
  const event = kernel.tracepoint("sched/sched_migrate_task")
  const fire = index => event.fire({ pid: index & 31, dest_cpu: 1 })
  const idle = measured("a trace event without a program", EVENTS, fire)
  await counter.programs.on_migrate.attach()
  const row = measured("with a program that counts in a hash map", EVENTS, fire)
  const { times } = await counter.maps.migrations.get(7)
  if (Number(times) !== (EVENTS / 32) * (ROUNDS + 1)) throw new Error(`BUG: ${times} events were counted`)
  await kernel[Symbol.asyncDispose]()
  return [idle, row]
}

async function measureExecs() {
  const kernel = await bootKernel()
  const hello = await kernel.load(read("../exhibits/tracepoint/program.bpf.o"))
  await hello.attach()
  const before = kernel.memory.kernel.used
  const heap = () => (globalThis.gc?.(), process.memoryUsage().heapUsed)
  await kernel.world.exec("/bin/true")
  const first = heap()
  const start = performance.now()
  for (let index = 0; index < EXECS; index++) await kernel.world.exec("/bin/true")
  const ms = (performance.now() - start) / EXECS
  const grown = Math.max(0, heap() - first)
  const kept = kernel.memory.kernel.used - before
  await kernel[Symbol.asyncDispose]()
  const note = `${kept} bytes of the model's memory kept; heap ${(grown / 2 ** 20).toFixed(1)} MiB larger`
  return [{ name: "fork, execve with a program, exit, wait", ms, worst: ms, note }]
}

/** Median and worst of some rounds after the first, in milliseconds an event. */
function measured(name, count, act) {
  const times = []
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now()
    for (let index = 0; index < count; index++) act(index)
    if (round > 0) times.push((performance.now() - start) / count)
  }
  times.sort((a, b) => a - b)
  return {
    name,
    ms: times[ROUNDS >> 1],
    worst: times.at(-1),
    note: `${((times[ROUNDS >> 1] * count) / 1000).toFixed(2)} s in all`,
  }
}
