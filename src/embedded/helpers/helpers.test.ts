import { describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TailCall } from "../../engine/index.ts"
import { key, TestHost } from "../testing/test-host.ts"
import { ArgumentRefusal } from "./index.ts"

const EINVAL = -errnoNumber("EINVAL")
const ERANGE = -errnoNumber("ERANGE")

describe("the current task", () => {
  test("is told by ids and address", () => {
    const host = new TestHost()
    expect(host.call("bpf_get_current_pid_tgid")).toBe(5 * 2 ** 32 + 7)
    expect(host.call("bpf_get_current_uid_gid")).toBe(100 * 2 ** 32 + 1000)
    expect(host.call("bpf_get_current_task")).toBe(host.task.address)
    expect(host.call("bpf_get_current_task_btf")).toBe(host.task.address)
    expect(host.call("bpf_task_pt_regs", [host.task.address])).toBe(host.task.address + 64)
    host.runningCpu = 1
    expect(host.call("bpf_get_smp_processor_id")).toBe(1)
    expect(host.call("bpf_get_numa_node_id")).toBe(0)
  })

  test.each([
    [16, "test\0\0\0\0"],
    [4, "tes\0\xaa\xaa\xaa\xaa"],
    [1, "\0\xaa\xaa\xaa\xaa\xaa\xaa\xaa"],
  ])("writes its name into %i bytes, always ended", (size, text) => {
    const host = new TestHost()
    const buffer = host.put(new Uint8Array(32).fill(0xaa))
    expect(host.call("bpf_get_current_comm", [buffer, size])).toBe(0)
    expect(new TextDecoder("latin1").decode(host.memory.read(buffer, 8))).toBe(text)
  })
})

describe("time", () => {
  test("moves on, and belongs to the kernel", () => {
    const host = new TestHost()
    expect(host.call("bpf_ktime_get_ns")).toBe(5_000_000)
    expect(host.call("bpf_ktime_get_boot_ns")).toBe(10_000_000)
    expect(host.call("bpf_ktime_get_coarse_ns")).toBe(12_000_000)
    expect(host.call("bpf_jiffies64")).toBe(5)
    expect(host.call("bpf_ktime_get_tai_ns")).toBe(25_000_000 + 1_000_000_000_000)
    expect(host.call("bpf_get_prandom_u32")).toBe(4)
  })
})

describe("the hook", () => {
  const traced = { args: [11n, 22n], returned: 33n }

  test("tells arguments, result and address of a traced function", () => {
    const host = new TestHost()
    const out = host.put([0n])
    expect(host.call("bpf_get_func_arg_cnt", [0], { traced })).toBe(2)
    expect(host.call("bpf_get_func_arg", [0, 1, out], { traced })).toBe(0)
    expect(host.memory.view.getBigUint64(out, true)).toBe(22n)
    expect(host.call("bpf_get_func_arg", [0, 2, out], { traced })).toBe(EINVAL)
    expect(host.call("bpf_get_func_ret", [0, out], { traced })).toBe(0)
    expect(host.memory.view.getBigUint64(out, true)).toBe(33n)
    expect(host.call("bpf_get_func_ip", [0], { functionAddress: 0x1234n })).toBe(0x1234)
    expect(host.call("bpf_get_attach_cookie", [0], { cookie: 77n })).toBe(77)
  })

  test("has no result at the function's entry", () => {
    const host = new TestHost()
    const entry = { traced: { ...traced, returned: undefined } }
    expect(host.call("bpf_get_func_ret", [0, host.put([0n])], entry)).toBe(-errnoNumber("EOPNOTSUPP"))
  })
})

describe("numbers in text", () => {
  const parse = (helper: string, text: string, base: number, size = text.length) => {
    const host = new TestHost()
    const out = host.put([0n])
    const result = host.call(helper, [host.put(text), size, base, out])
    return [result, host.memory.view.getBigInt64(out, true)]
  }

  test.each([
    ["42", 0, 2, 42n],
    ["-42 rest", 10, 3, -42n],
    ["  7", 0, 3, 7n],
    ["0x1f", 0, 4, 31n],
    ["0x1f", 16, 4, 31n],
    ["0x1f", 10, 1, 0n],
    ["010", 0, 3, 8n],
    ["010", 10, 3, 10n],
    ["ff", 16, 2, 255n],
    ["-9223372036854775808", 10, 20, -(2n ** 63n)],
  ])("%s in base %i", (text, base, consumed, value) => {
    expect(parse("bpf_strtol", text, base)).toEqual([consumed, value])
  })

  test.each([
    ["bpf_strtol", "ff", 10, EINVAL],
    ["bpf_strtol", "5", 7, EINVAL],
    ["bpf_strtol", "-", 10, EINVAL],
    ["bpf_strtol", "9223372036854775808", 10, ERANGE],
    ["bpf_strtoul", "18446744073709551616", 10, ERANGE],
    ["bpf_strtoul", "-1", 10, EINVAL],
  ])("%s refuses %s in base %i", (helper, text, base, errno) => {
    expect(parse(helper, text, base)[0]).toBe(errno)
  })

  test("bpf_strncmp compares up to a size", () => {
    const host = new TestHost()
    const compare = (text: string, size: number) =>
      Math.sign(host.call("bpf_strncmp", [host.put(text), size, host.put("fixed")]) as number)
    expect([compare("fixed", 6), compare("fix", 3), compare("fiw", 3), compare("fiz", 3)]).toEqual([
      0, 0, -1, 1,
    ])
  })
})

describe("maps", () => {
  test("are read and changed through keys and values in memory", () => {
    const host = new TestHost()
    const map = host.map(1)
    const [k, v] = [host.put(key(1)), host.put([5n])]
    expect(host.call("bpf_map_update_elem", [map.address, k, v, 0])).toBe(0)
    const found = host.call("bpf_map_lookup_elem", [map.address, k]) as number
    expect(host.memory.view.getBigUint64(found, true)).toBe(5n)
    expect(host.call("bpf_map_delete_elem", [map.address, k])).toBe(0)
    expect(host.call("bpf_map_lookup_elem", [map.address, k])).toBe(0)
  })

  test("give the values of other CPUs", () => {
    const host = new TestHost(2)
    const map = host.map(6)
    const k = host.put(key(0))
    const addresses = [0, 1, 2].map(
      cpu => host.call("bpf_map_lookup_percpu_elem", [map.address, k, cpu]) as number,
    )
    expect([addresses[1], addresses[2]]).toEqual([(addresses[0] as number) + 8, 0])
  })

  test("are walked entry by entry until the callback says stop", () => {
    const host = new TestHost()
    const map = host.map(1, { maxEntries: 5 })
    for (let index = 1; index <= 5; index++) map.set(key(index), new Uint8Array(8), 0n)
    const seen: number[] = []
    const frame = {
      callSubprogram: (slot: bigint | number, args: readonly bigint[]) => {
        expect([slot, args[0], args[3]]).toEqual([42n, BigInt(map.address), 99n])
        seen.push(host.memory.view.getUint32(Number(args[1]), true))
        return seen.length === 3 ? 1n : 0n
      },
    }
    expect(host.call("bpf_for_each_map_elem", [map.address, 42, 99, 0], {}, frame)).toBe(3)
    expect(seen).toEqual([1, 2, 3])
    expect(host.call("bpf_for_each_map_elem", [map.address, 42, 99, 1], {}, frame)).toBe(EINVAL)
  })

  test("of programs go on in another program, or do not", () => {
    const host = new TestHost()
    const map = host.map(3, { valueSize: 4 })
    const tailCalled = { instructions: [] }
    host.programs.set(9, { id: 9, name: "nine", type: "kprobe", tailCalled })
    map.set(key(1), key(9), 0n)
    expect(host.call("bpf_tail_call", [0, map.address, 1])).toEqual(new TailCall(tailCalled))
    for (const index of [0, 2, -1]) expect(host.call("bpf_tail_call", [0, map.address, index])).toBe(0)
    expect(() => host.call("bpf_tail_call", [0, host.map(1).address, 0])).toThrow(ArgumentRefusal)
  })
})

describe("bpf_loop", () => {
  test("calls back with the index until told to stop, and refuses too many turns", () => {
    const host = new TestHost()
    const frame = {
      callSubprogram: (_slot: bigint | number, [index]: readonly bigint[]) => (index === 4n ? 1n : 0n),
    }
    expect(host.call("bpf_loop", [100, 1, 0, 0], {}, frame)).toBe(5)
    expect(host.call("bpf_loop", [3, 1, 0, 0], {}, frame)).toBe(3)
    expect(host.call("bpf_loop", [3, 1, 0, 1], {}, frame)).toBe(EINVAL)
    expect(host.call("bpf_loop", [(1 << 23) + 1, 1, 0, 0], {}, frame)).toBe(2 ** 32 - errnoNumber("E2BIG"))
  })
})

describe("records", () => {
  test("reach user space through perf event arrays and ring buffers, in one order", () => {
    const host = new TestHost()
    const perf = host.map(4, { valueSize: 4 })
    const ring = host.map(27, { keySize: 0, valueSize: 0, maxEntries: 4096 })
    const data = host.put("record")
    expect(host.call("bpf_perf_event_output", [0, perf.address, 0xffff_ffff, data, 4])).toBe(0)
    expect(host.call("bpf_ringbuf_output", [ring.address, data, 6, 0])).toBe(0)
    const reserved = host.call("bpf_ringbuf_reserve", [ring.address, 8, 0]) as number
    expect(host.call("bpf_ringbuf_submit", [reserved, 0])).toBe(0)
    expect(host.call("bpf_ringbuf_query", [ring.address, 3])).toBe(32)
    const orders = [perf, ring].flatMap(map => map.records?.take().map(record => record.order) ?? [])
    expect(orders).toEqual([1, 2, 3])
  })

  test("are refused with flags that do not exist", () => {
    const host = new TestHost()
    const perf = host.map(4, { valueSize: 4 })
    const ring = host.map(27, { keySize: 0, valueSize: 0, maxEntries: 4096 })
    expect(host.call("bpf_perf_event_output", [0, perf.address, 1n << 32n, host.put("x"), 1])).toBe(EINVAL)
    expect(host.call("bpf_ringbuf_reserve", [ring.address, 8, 1])).toBe(0)
    expect(() => host.call("bpf_ringbuf_reserve", [perf.address, 8, 0])).toThrow(ArgumentRefusal)
  })
})
