import { expect, test } from "vitest"
import { TestHost } from "../testing/test-host.ts"

const PERF_EVENT_ARRAY = 4
const CURRENT_CPU = 0xffff_ffff

test("the event of the running CPU counts nothing, those of other CPUs are refused", () => {
  const host = new TestHost()
  const { address } = host.map(PERF_EVENT_ARRAY, { valueSize: 4, maxEntries: 3 })
  const read = (flags: number | bigint): unknown => host.call("bpf_perf_event_read", [address, flags])
  expect([CURRENT_CPU, 0, 1, 2, 3, 1n << 32n].map(read)).toEqual([0, 0, -22, -2, -7, -22])
  host.runningCpu = 1
  expect([0, 1].map(read)).toEqual([-22, 0])
})

test("the time that it counts is given too, and what cannot be filled in is zeroed", () => {
  const host = new TestHost()
  const { address } = host.map(PERF_EVENT_ARRAY, { valueSize: 4 })
  const to = host.put([7n, 7n, 7n])
  const read = (flags: number, size: number): unknown =>
    host.call("bpf_perf_event_read_value", [address, flags, to, size])
  expect(read(CURRENT_CPU, 24)).toBe(0)
  const [counter, enabled, running] = new BigUint64Array(host.memory.read(to, 24).buffer)
  expect([counter, running]).toEqual([0n, enabled])
  expect(enabled).toBeGreaterThan(0n)
  expect(read(CURRENT_CPU, 16)).toBe(-22)
  expect([...new BigUint64Array(host.memory.read(to, 24).buffer)]).toEqual([0n, 0n, running])
  expect(read(7, 24)).toBe(-7)
  expect(host.memory.read(to, 24).every(byte => byte === 0)).toBe(true)
})

test("no branches are recorded", () => {
  const host = new TestHost()
  expect(host.call("bpf_get_branch_snapshot", [0x2000000, 48, 0])).toBe(-2)
  expect(host.call("bpf_get_branch_snapshot", [0x2000000, 48, 1])).toBe(-22)
})
