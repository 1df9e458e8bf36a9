import { beforeEach, describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import type { ValueLayout } from "../fields/index.ts"
import { key, TestHost } from "../testing/test-host.ts"

const HASH = 1
const [EINVAL, EBUSY, EDEADLK] = [-errnoNumber("EINVAL"), -errnoNumber("EBUSY"), -errnoNumber("EDEADLK")]
const MONOTONIC = 1
const [ABSOLUTE, PINNED] = [1, 2]

const layoutOf = (): ValueLayout => layout
const layout: ValueLayout = {
  size: 24,
  fields: [
    { kind: "spinLock", offset: 0, size: 4 },
    { kind: "timer", offset: 8, size: 16 },
  ],
  layoutOf,
}

function fault(reason: RegExp): unknown {
  return expect.objectContaining({ reason: expect.stringMatching(reason) })
}

function valueOn(host: TestHost): { map: number; value: number } {
  const map = host.map(HASH, { valueSize: 24, layout })
  map.set(key(1), new Uint8Array(24), 0n)
  return { map: map.address, value: map.valueOf(host.put(key(1)), 0) }
}

describe("a lock", () => {
  test("is refused to who holds it, and cannot be given back twice", () => {
    const host = new TestHost()
    const { value } = valueOn(host)
    host.call("bpf_spin_lock", [value])
    expect(() => host.call("bpf_spin_lock", [value])).toThrow(fault(/is held already: a deadlock/))
    host.call("bpf_spin_unlock", [value])
    expect(() => host.call("bpf_spin_unlock", [value])).toThrow(fault(/is not held/))
  })

  test("is taken by a locked update too", () => {
    const host = new TestHost()
    const { map, value } = valueOn(host)
    const [at, bytes] = [host.put(key(1)), host.put(new Uint8Array(24).fill(1))]
    expect(host.call("bpf_map_update_elem", [map, at, bytes, 4])).toBe(0)
    host.call("bpf_spin_lock", [value])
    expect(() => host.call("bpf_map_update_elem", [map, at, bytes, 4])).toThrow(fault(/deadlock/))
  })
})

describe("a timer", () => {
  let host: TestHost
  let map: number
  let timer: number
  const slot = 3

  beforeEach(() => {
    host = new TestHost()
    const { map: address, value } = valueOn(host)
    map = address
    timer = value + 8
  })

  function start(nanoseconds: bigint | number, flags = 0): unknown {
    return host.call("bpf_timer_start", [timer, nanoseconds, flags])
  }

  function prepare(clock = MONOTONIC): void {
    host.call("bpf_timer_init", [timer, map, clock])
    host.call("bpf_timer_set_callback", [timer, slot], {}, { program: { instructions: [] } })
  }

  test("runs its callback once, when its time has come", () => {
    prepare()
    expect(start(1000)).toBe(0)
    host.clock.advance(999n)
    expect(host.called).toEqual([])
    host.clock.advance(1n)
    host.clock.advance(10_000n)
    expect(host.called).toMatchObject([{ slot: BigInt(slot) }])
  })

  test("that is started again waits for the new time only", () => {
    prepare()
    start(1000)
    start(5000)
    host.clock.advance(4000n)
    expect(host.called).toEqual([])
    host.clock.advance(1000n)
    expect(host.called.length).toBe(1)
  })

  test("takes an absolute time of its clock, on releases that can", () => {
    prepare(0)
    expect(start(host.bootTime + host.clock.now() + 10n, ABSOLUTE | PINNED)).toBe(0)
    host.clock.advance(9n)
    expect(host.called).toEqual([])
    host.clock.advance(1n)
    expect(host.called.length).toBe(1)
    expect(start(1, 4)).toBe(EINVAL)
  })

  test("must stand where the map's type says", () => {
    expect(() => host.call("bpf_timer_init", [timer - 8, map, MONOTONIC])).toThrow(fault(/stands no timer/))
    expect(host.call("bpf_timer_init", [timer, map, MONOTONIC])).toBe(0)
    expect(host.call("bpf_timer_init", [timer, map, MONOTONIC])).toBe(EBUSY)
  })

  test("goes with its value", () => {
    prepare()
    start(1000)
    expect(host.call("bpf_map_delete_elem", [map, host.put(key(1))])).toBe(0)
    host.clock.advance(5000n)
    expect(host.called).toEqual([])
    expect(host.call("bpf_timer_cancel", [timer])).toBe(EINVAL)
  })

  test("cannot cancel itself", () => {
    prepare()
    start(1)
    const answers: unknown[] = []
    host.called.push = (() => answers.push(host.call("bpf_timer_cancel", [timer]))) as never
    host.clock.advance(1n)
    expect(answers).toEqual([EDEADLK])
  })
})

test.each([
  ["bpf_obj_drop_impl", /is no allocated object/],
  ["bpf_refcount_acquire_impl", /is no allocated object/],
  ["bpf_percpu_obj_drop_impl", /is no allocated object/],
])("%s refuses what was never allocated", (name, reason) => {
  const host = new TestHost()
  expect(() => host.call(name, [host.put("object")])).toThrow(fault(reason))
})
