import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"
import type { PerfEventArray } from "./index.ts"

const CURRENT_CPU = 0xffff_ffffn

function arrayOn(host: TestHost): PerfEventArray {
  return host.map(4, { valueSize: 4, maxEntries: host.cpus }) as PerfEventArray
}

describe("a perf event array", () => {
  test.each([
    [1, 4],
    [4, 4],
    [5, 12],
    [12, 12],
    [13, 20],
    [64, 68],
  ])("shows a sample of %i bytes as %i: with its length it ends on 8 bytes", (size, shown) => {
    const array = arrayOn(new TestHost())
    expect(array.output(CURRENT_CPU, new Uint8Array(size).fill(9))).toBe(0)
    const [record] = array.records.take()
    expect(record?.bytes.length).toBe(shown)
    expect(record?.bytes.subarray(0, size).every(byte => byte === 9)).toBe(true)
  })

  test("takes samples of its own CPU only", () => {
    const host = new TestHost(2)
    host.runningCpu = 1
    const array = arrayOn(host)
    expect(array.output(1n, new Uint8Array(4))).toBe(0)
    expect(array.output(0n, new Uint8Array(4))).toBe(-errnoNumber("EOPNOTSUPP"))
    expect(array.output(2n, new Uint8Array(4))).toBe(-errnoNumber("E2BIG"))
    expect(array.records.take().map(record => record.cpu)).toEqual([1])
  })

  test("counts what finds it full, until somebody reads", () => {
    const array = arrayOn(new TestHost())
    let written = 0
    while (array.output(CURRENT_CPU, new Uint8Array(1000)) === 0) written++
    expect(written).toBe(Math.floor((64 * 4096) / (1004 + 12)))
    expect(array.output(CURRENT_CPU, new Uint8Array(1000))).toBe(-errnoNumber("ENOSPC"))
    expect(array.records.lost).toBe(2)
    array.records.take()
    expect(array.output(CURRENT_CPU, new Uint8Array(1000))).toBe(0)
  })
})
