import { expect, test } from "vitest"
import { TestHost } from "../testing/test-host.ts"

test("a string of user space is copied with its NUL, cut, and padded where that is asked for", () => {
  const host = new TestHost()
  const from = host.putUser("hello")
  const to = host.put(new Uint8Array(16).fill(7))
  const copy = (size: number, source: number, flags: number): unknown =>
    host.call("bpf_copy_from_user_str", [to, size, source, flags])
  const text = (): number[] => [...host.memory.read(to, 8)]
  const letters = [...new TextEncoder().encode("hello")]
  expect([copy(8, from, 0), text()]).toEqual([6, [...letters, 0, 7, 7]])
  expect([copy(8, from, 1), text()]).toEqual([6, [...letters, 0, 0, 0]])
  expect([copy(4, from, 0), text()]).toEqual([4, [...letters.slice(0, 3), 0, ...letters.slice(4), 0, 0, 0]])
  expect(copy(0, from, 0)).toBe(0)
  expect((copy(8, from, 2) as number) | 0).toBe(-22)
  expect((copy(8, 0, 0) as number) | 0).toBe(-14)
  expect(text()[0]).toBe(letters[0])
  expect((copy(8, 0, 1) as number) | 0).toBe(-14)
  expect(text()).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
})
