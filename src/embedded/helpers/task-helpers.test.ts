import { beforeEach, describe, expect, test } from "vitest"
import { errnoNumber } from "../../base/index.ts"
import { TestHost } from "../testing/test-host.ts"
import { PID_NAMESPACE } from "./task-helpers.ts"

const [EINVAL, EFAULT] = [-errnoNumber("EINVAL"), -errnoNumber("EFAULT")]

let host: TestHost

beforeEach(() => {
  host = new TestHost()
})

describe("bpf_get_ns_current_pid_tgid", () => {
  test.each([
    ["of the namespace that there is", PID_NAMESPACE.device, PID_NAMESPACE.inode, 8, 0, [7, 5]],
    ["of another inode", PID_NAMESPACE.device, 1n, 8, EINVAL, [0, 0]],
    ["of another device", 99n, PID_NAMESPACE.inode, 8, EINVAL, [0, 0]],
    ["with another size", PID_NAMESPACE.device, PID_NAMESPACE.inode, 4, EINVAL, [0, 0xffff_ffff]],
  ])("%s", (_what, device, inode, size, result, words) => {
    const info = host.put(new Uint8Array(8).fill(0xff))
    expect(host.call("bpf_get_ns_current_pid_tgid", [device, inode, info, size])).toBe(result)
    expect([...new Uint32Array(host.memory.read(info, 8).buffer)]).toEqual(words)
  })
})

describe("bpf_copy_from_user_task", () => {
  test("copies all or nothing", () => {
    const task = host.put(new Uint8Array(16))
    const [to, from] = [host.put(new Uint8Array(4).fill(9)), host.putUser(Uint8Array.of(1, 2, 3, 4))]
    const bytes = () => [...host.memory.read(to, 4)]
    expect(host.call("bpf_copy_from_user_task", [to, 4, from, task, 1])).toBe(EINVAL)
    expect(bytes()).toEqual([9, 9, 9, 9])
    expect(host.call("bpf_copy_from_user_task", [to, 4, from, task, 0])).toBe(0)
    expect(bytes()).toEqual([1, 2, 3, 4])
    expect(host.call("bpf_copy_from_user_task", [to, 4, 0x100_0000, task, 0])).toBe(EFAULT)
    expect(bytes()).toEqual([0, 0, 0, 0])
    expect(host.call("bpf_copy_from_user_task", [to, 0, 0, task, 0])).toBe(0)
  })
})
