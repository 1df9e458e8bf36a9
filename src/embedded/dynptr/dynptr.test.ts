import { beforeEach, describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"

const RINGBUF = 27
const READ_ONLY = 0x8000_0000
const [EINVAL, E2BIG] = [-errnoNumber("EINVAL"), -errnoNumber("E2BIG")]

let host: TestHost
/** Where the dynptr lies, and the memory it is for. */
let at: number
let bytes: number

beforeEach(() => {
  host = new TestHost()
  at = host.memory.alloc(16)
  bytes = host.put("0123456789abcdef")
})

describe("a dynptr", () => {
  test("lies in the program's memory as struct bpf_dynptr_kern", () => {
    expect(host.call("bpf_dynptr_from_mem", [bytes, 16, 0, at])).toBe(0)
    const { view } = host.memory
    expect(view.getBigUint64(at, true)).toBe(BigInt(bytes))
    expect(view.getUint32(at + 8, true)).toBe(16 | (1 << 28))
    expect(view.getUint32(at + 12, true)).toBe(0)
    expect(host.call("bpf_dynptr_adjust", [at, 4, 10])).toBe(0)
    expect(view.getUint32(at + 8, true)).toBe(6 | (1 << 28))
    expect(view.getUint32(at + 12, true)).toBe(4)
  })

  test("is refused when it holds what no helper has put there", () => {
    host.memory.write(at, new Uint8Array(BigUint64Array.of(BigInt(bytes), 16n).buffer))
    const fault = { reason: expect.stringMatching(/is no dynptr: it says it is of type 0/) }
    expect(() => host.call("bpf_dynptr_data", [at, 0, 1])).toThrow(expect.objectContaining(fault))
    host.memory.view.setUint32(at + 8, 0x1fff_ffff, true)
    host.memory.view.setBigUint64(at, BigInt(host.memory.size - 16), true)
    const far = { reason: expect.stringMatching(/is no dynptr: there are no 16777215 bytes/) }
    expect(() => host.call("bpf_dynptr_data", [at, 0, 1])).toThrow(expect.objectContaining(far))
    host.memory.view.setBigUint64(at, 0xffff_8880_0000_0000n, true)
    expect(() => host.call("bpf_dynptr_size", [at])).toThrow(expect.objectContaining(far))
  })

  test("that is read-only gives no pointer to write through", () => {
    host.call("bpf_dynptr_from_mem", [bytes, 16, 0, at])
    expect(host.call("bpf_dynptr_slice_rdwr", [at, 2, 0, 4])).toBe(bytes + 2)
    const { view } = host.memory
    view.setUint32(at + 8, (view.getUint32(at + 8, true) | READ_ONLY) >>> 0, true)
    expect(host.call("bpf_dynptr_is_rdonly", [at])).toBe(1)
    expect(host.call("bpf_dynptr_size", [at])).toBe(16)
    expect(host.call("bpf_dynptr_data", [at, 0, 1])).toBe(0)
    expect(host.call("bpf_dynptr_slice_rdwr", [at, 2, 0, 4])).toBe(0)
    expect(host.call("bpf_dynptr_slice", [at, 2, 0, 4])).toBe(bytes + 2)
    expect(host.call("bpf_dynptr_write", [at, 0, bytes, 1, 0])).toBe(EINVAL)
  })

  test("stands for 16 MiB at most", () => {
    expect(host.call("bpf_dynptr_from_mem", [bytes, 0x100_0000, 0, at])).toBe(E2BIG)
    expect(host.call("bpf_dynptr_is_null", [at])).toBe(1)
  })

  test("of a record cannot be submitted twice by keeping a copy", () => {
    const { address } = host.map(RINGBUF, { keySize: 0, valueSize: 0, maxEntries: 4096 })
    const copy = host.memory.alloc(16)
    expect(host.call("bpf_ringbuf_reserve_dynptr", [address, 8, 0, at])).toBe(0)
    host.call("bpf_dynptr_clone", [at, copy])
    expect(host.call("bpf_ringbuf_submit_dynptr", [at, 0])).toBe(0)
    expect(host.call("bpf_ringbuf_submit_dynptr", [at, 0])).toBe(0)
    const fault = { reason: expect.stringMatching(/no ring buffer has a record reserved/) }
    expect(() => host.call("bpf_ringbuf_submit_dynptr", [copy, 0])).toThrow(expect.objectContaining(fault))
  })
})
