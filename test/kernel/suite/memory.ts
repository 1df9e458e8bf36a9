// Memory shared with the kernel: globals, mapped arrays, batches, user ring buffers, arenas, the trace pipe.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { MapError } from "skep"
import { openLinuxKernel } from "skep/linux"
import { programs, release } from "./tracing/style.ts"

const PROGRAM = "/bin/busybox"

function refusal(errno: string, message: RegExp): (error: unknown) => boolean {
  return error => error instanceof MapError && error.errno === errno && message.test(error.message)
}

async function collect(
  elements: AsyncIterable<[key: unknown, value: unknown]>,
): Promise<[key: unknown, value: unknown][]> {
  const all: [unknown, unknown][] = []
  for await (const element of elements) all.push(element)
  return all
}

describe("global variables", () => {
  test("are read and changed while programs run; constants are not", async () => {
    await using kernel = await openLinuxKernel()
    const object = await kernel.load(programs("memory"), { globals: { step: 3n } })
    const { globals } = object
    const start = { step: 3n, total: 40n, last: { first: 0, second: 0n }, hidden: 7 }
    assert.deepEqual({ ...globals }, { ...start, "count.____fmt": "total %d", report_type: 0n })
    const [link] = await object.attach()
    execFileSync(PROGRAM, ["true"])
    assert.equal(globals.total, 43n)
    globals.total = 100n
    globals.hidden = -1
    execFileSync(PROGRAM, ["true"])
    assert.deepEqual(globals.last, { first: -1, second: 103n })
    await link!.detach()
    assert.throws(() => (globals.step = 1n), refusal("EPERM", /'memory.rodata': write/))
    assert.throws(() => (globals.totl = 1n), refusal("ENOENT", /no global variable 'totl'/))
    assert.equal(globals.step, 3n)
  })
})

describe("a view of an array", () => {
  test("shows what programs write, and shows programs what is set", async () => {
    await using kernel = await openLinuxKernel()
    const object = await kernel.load(programs("memory"))
    const view = object.maps.shared!.view()
    assert.equal(view.length, 3)
    assert.equal(view.stride, 16)
    view.set(1, { first: 10, second: 0n })
    await object.attach()
    execFileSync(PROGRAM, ["true"])
    assert.deepEqual(view.get(1), { first: 11, second: -42n })
    assert.deepEqual(await object.maps.shared!.get(1), { first: 11, second: -42n })
    assert.equal(new DataView(view.bytes.buffer, view.bytes.byteOffset).getBigInt64(24, true), -42n)
    assert.equal(view.get(3), undefined)
    assert.throws(
      () => view.set(3, { first: 0, second: 0n }),
      refusal("E2BIG", /index 3 is past its 3 elements/),
    )
  })

  test("is refused to arrays without BPF_F_MMAPABLE, and to hashes", async () => {
    await using kernel = await openLinuxKernel()
    const { maps } = await kernel.load(programs("memory"))
    assert.throws(() => maps.private!.view(), refusal("EINVAL", /cannot be mapped into a process/))
    assert.throws(() => maps.numbers!.view(), refusal("EINVAL", /cannot be mapped into a process/))
  })
})

describe("batches", () => {
  const elements = Array.from({ length: 3000 }, (_, index) => [index, BigInt(index * 3)] as const)

  test("write, give and delete many elements of a hash in few calls", async () => {
    const calls: string[] = []
    await using kernel = await openLinuxKernel({ onCall: ({ command }) => calls.push(command) })
    const map = (await kernel.load(programs("memory"))).maps.numbers!
    calls.length = 0
    await map.setMany(elements)
    assert.deepEqual(new Map(await collect(map.entries())), new Map(elements))
    assert.equal(await map.deleteMany([5, 9999, 6, 7]), 3)
    assert.equal(await map.get(6), undefined)
    await assert.rejects(
      map.setMany(elements, { flag: "noexist" }),
      refusal("EEXIST", /'numbers': update: File exists/),
    )
    assert.equal((await collect(map.take())).length, 2997)
    assert.deepEqual(await collect(map.entries()), [])
    // Flags go one by one: the first key is refused.
    assert(calls.length < 40, `${calls.length} calls: ${[...new Set(calls)]}`)
  })

  test("an array and a trie give their elements too; an array keeps them", async () => {
    await using kernel = await openLinuxKernel()
    const { maps } = await kernel.load(programs("memory"))
    await maps.private!.setMany([
      [0, 1],
      [2, 3],
    ])
    assert.deepEqual(await collect(maps.private!.entries()), [
      [0, 1],
      [1, 0],
      [2, 3],
    ])
    await assert.rejects(collect(maps.private!.take()), refusal("EINVAL", /'private': delete/))
    const key = (length: number, ...bytes: number[]): Uint8Array => Uint8Array.of(length, 0, 0, 0, ...bytes)
    await maps.routes!.setMany([
      [key(8, 10, 0, 0, 0), 1],
      [key(16, 10, 1, 0, 0), 2],
    ])
    assert.deepEqual((await collect(maps.routes!.take())).map(([, value]) => value).sort(), [1, 2])
  })
})

describe("a queue", () => {
  test("has no keys, and gives its values in order", async () => {
    await using kernel = await openLinuxKernel()
    const queue = (await kernel.load(programs("memory"))).maps.waiting!
    await queue.set(undefined, 7)
    await queue.set(undefined, 8)
    await assert.rejects(queue.set(undefined, 9), refusal("E2BIG", /'waiting': update/))
    assert.equal(await queue.get(undefined), 7)
    assert.deepEqual(await collect(queue.take()), [
      [undefined, 7],
      [undefined, 8],
    ])
    assert.equal(await queue.get(undefined), undefined)
    await assert.rejects(collect(queue.entries()), refusal("EINVAL", /'waiting': next key/))
  })
})

describe("a user ring buffer", () => {
  test("hands records to the program that drains it, and waits for room", async () => {
    await using kernel = await openLinuxKernel()
    const { globals, maps, programs: loaded } = await kernel.load(programs("user-ring"))
    await maps.orders!.submit({ what: 3, amount: 5n }, { type: "order" })
    await maps.orders!.submit(Uint8Array.of(1, 2, 3))
    assert.equal((await loaded.drain!.run()).result, 2)
    assert.deepEqual({ ...globals }, { amount: 5n, count: 2n, bytes: 1n, last: 3, order_type: 0n })

    let sent = 0
    const sending = (async () => {
      for (; sent < 500; sent++) await maps.orders!.submit({ what: sent, amount: 1n }, { type: "order" })
    })()
    await setTimeout(50)
    assert.equal(sent, Math.floor(4096 / 24), "as many as have room")
    while (globals.count !== 502n) {
      await loaded.drain!.run()
      await setTimeout(2)
    }
    await sending
    assert.deepEqual([globals.amount, globals.last], [505n, 499])
  })

  test("refuses what never fits, unknown types and other maps; a wait ends with its signal", async () => {
    await using kernel = await openLinuxKernel()
    const { maps } = await kernel.load(programs("user-ring"))
    const orders = maps.orders!
    await assert.rejects(
      orders.submit(new Uint8Array(4096)),
      refusal("E2BIG", /4096 bytes never fits its 4096/),
    )
    await assert.rejects(orders.submit({ what: 1 }), refusal("EINVAL", /needs its type's name/))
    await assert.rejects(orders.submit({ what: 1 }, { type: "odrer" }), refusal("EINVAL", /no struct odrer/))
    await orders.submit(new Uint8Array(4080))
    await assert.rejects(orders.submit(Uint8Array.of(1), { signal: AbortSignal.timeout(30) }), {
      name: "AbortError",
    })
    await assert.rejects(
      (await kernel.load(programs("memory"))).maps.numbers!.submit(Uint8Array.of(1)),
      refusal("EINVAL", /a hash takes no records/),
    )
  })
})

describe("an arena", { skip: release === "6.1" && "arenas came with 6.9" }, () => {
  test("shares pages, pointers and global variables with programs", async () => {
    await using kernel = await openLinuxKernel()
    const object = await kernel.load(programs("arena"))
    const { globals, maps } = object
    assert.deepEqual({ ...globals }, { shared: 5, total: 0n, page: 0n })
    globals.shared = 8
    assert.equal((await object.programs.use!.run()).result, 0)
    assert.equal(globals.shared, 9)
    assert.equal(globals.total, 8n)
    const { bytes } = maps.arena!.view()
    assert.equal(bytes.length, 4 * 4096)
    const page = [1, 2, 3].find(number => bytes[number * 4096] === 0x73)
    assert(page, "the page that the program allocated")
    assert.equal(bytes[page * 4096 + 1], 0x6b)
    assert.equal(Number(globals.page as bigint) % 4096, 0)
  })
})

describe("a perf event array", () => {
  test("counts what found no room; sizes and wakeups can be chosen", async () => {
    await using kernel = await openLinuxKernel()
    const object = await kernel.load(programs("memory"), { only: ["flood"] })
    const reports = object.maps.reports!
    const link = await object.programs.flood!.attach({ kind: "rawTracepoint", name: "sched_process_exec" })
    reports.setBuffers({ pages: 1 })
    execFileSync(PROGRAM, ["true"])
    const kept = object.events()
    assert(kept.length > 5 && kept.length < 20, `${kept.length} records of 200 bytes in a page`)
    // The loss is told with the next record on the same CPU, which may not be the next one of all.
    for (let tries = 0; reports.lost === 0 && tries < 50; tries++) {
      execFileSync(PROGRAM, ["true"])
      object.events()
    }
    assert(reports.lost >= 100 - kept.length, `${reports.lost} lost`)

    reports.setBuffers({ pages: 16, wakeupEvents: 50 })
    setTimeout(20).then(() => execFileSync(PROGRAM, ["true"]))
    const numbers: number[] = []
    for await (const value of reports.samples({ type: "report" })) {
      numbers.push((value as { number: number }).number)
      if (numbers.length === 100) break
    }
    assert.deepEqual(
      numbers,
      Array.from({ length: 100 }, (_, index) => index),
    )
    assert.equal(reports.lost, 0)
    assert.throws(() => reports.setBuffers({ pages: 3 }), refusal("EINVAL", /pages is a power of two/))
    assert.throws(() => object.maps.numbers!.setBuffers({}), refusal("EINVAL", /a hash has no buffers/))
    await link.detach()
  })
})

describe("the trace pipe", () => {
  test("gives lines as they come, and ends with its signal", async () => {
    await using kernel = await openLinuxKernel()
    // A number of its own: lines of other tests wait in the pipe too.
    const object = await kernel.load(programs("memory"), { globals: { total: 1000n } })
    await object.attach()
    const stop = new AbortController()
    const lines: string[] = []
    const reading = (async () => {
      for await (const line of kernel.trace(stop)) if (line.includes("1002")) lines.push(line)
    })()
    await setTimeout(20)
    execFileSync(PROGRAM, ["true"])
    while (lines.length === 0) await setTimeout(5)
    stop.abort()
    await reading
    assert.equal(lines.length, 1)
    assert.match(lines[0]!, /^ +busybox-\d+ +\[00\d\] \S{5,6} +\d+\.\d{6}: bpf_trace_printk: total 1002$/)
  })
})
