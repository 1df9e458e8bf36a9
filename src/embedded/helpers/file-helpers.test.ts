import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { decodeUtf8, encodeUtf8, sha256 } from "../../base/index.ts"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import type { KernelObject } from "../memory/index.ts"
import type { Process } from "../world/process.ts"
import { EMBEDDED_HELPERS, type Invocation } from "./index.ts"

const [EINVAL, ENAMETOOLONG, EOPNOTSUPP] = [-22, -36, -95]
const SHA256 = 4
const invocation: Invocation = {
  program: { id: 1, name: "tested", type: "lsm" },
  ...{ context: 0, cookie: 0n, functionAddress: 0n },
}

let kernel: EmbeddedKernel
let shell: Process

beforeEach(async () => {
  kernel = await bootKernel()
  shell = kernel.world.shell
})

afterEach(() => kernel[Symbol.asyncDispose]())

function call(name: string, ...args: readonly (number | bigint)[]): unknown {
  const helper = EMBEDDED_HELPERS[name]
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = args.map(BigInt)
  return helper?.(kernel, [a, b, c, d, e], invocation, undefined as never)
}

function opened(path: string): { readonly fd: number; readonly file: KernelObject } {
  const result = shell.open(path, { create: true, write: true })
  const fd = result.ok ? result.value : -1
  return { fd, file: shell.task.fileAt(fd) as KernelObject }
}

describe("bpf_d_path", () => {
  const SIZE = 24

  function pathOf(file: KernelObject, size = SIZE): { readonly length: unknown; readonly bytes: string } {
    const buffer = kernel.memory.alloc(SIZE)
    kernel.memory.bytes.fill(46, buffer, buffer + SIZE)
    const length = call("bpf_d_path", file.addressOf("f_path"), buffer, size)
    return { length, bytes: decodeUtf8(kernel.memory.read(buffer, SIZE)).replaceAll("\0", "0") }
  }

  test("puts a path together at the end of the buffer and moves it to its start", () => {
    expect(pathOf(opened("/tmp/a").file)).toEqual({ length: 7, bytes: "/tmp/a0........../tmp/a0" })
  })

  test("says of what was removed that it was", () => {
    const { file } = opened("/tmp/a")
    shell.unlink("/tmp/a")
    expect(pathOf(file)).toEqual({ length: 17, bytes: "/tmp/a (deleted)0leted)0" })
  })

  test("leaves the end of a path that is too long, and nothing where there is no room", () => {
    const { file } = opened("/tmp/a")
    expect(pathOf(file, 4)).toEqual({ length: ENAMETOOLONG, bytes: `p/a0${".".repeat(20)}` })
    expect(pathOf(file, 0)).toEqual({ length: 0, bytes: ".".repeat(SIZE) })
  })

  test("does not know the names of what no directory names", () => {
    const file = kernel.types.create("file")
    expect(() => pathOf(file)).toThrow("not modelled")
  })
})

test("bpf_sock_from_file tells sockets from other files", () => {
  const socket = kernel.world.socket()
  const [fd] = shell.task.descriptors()
  const file = shell.task.fileAt(fd ?? -1) as KernelObject
  expect(call("bpf_sock_from_file", file.address)).toBe(file.number("private_data"))
  expect(call("bpf_sock_from_file", opened("/tmp/a").file.address)).toBe(0)
  socket.close()
})

test("bpf_ima_file_hash hashes a file that is open, and bpf_ima_inode_hash has nothing", () => {
  const { fd, file } = opened("/tmp/a")
  const buffer = kernel.memory.alloc(32)
  const hash = (): unknown => call("bpf_ima_file_hash", file.address, buffer, 32)
  expect([hash(), kernel.memory.read(buffer, 32)]).toEqual([SHA256, sha256(new Uint8Array(0))])
  shell.write(fd, encodeUtf8("text"))
  expect([hash(), kernel.memory.read(buffer, 32)]).toEqual([SHA256, sha256(encodeUtf8("text"))])
  expect(file.number("f_pos")).toBe(4)
  expect(call("bpf_ima_inode_hash", file.number("f_inode"), buffer, 32)).toBe(EOPNOTSUPP)
})

test("bpf_bprm_opts_set takes one flag", () => {
  const bprm = kernel.types.create("linux_binprm")
  const secure = (): number => bprm.number("secureexec")
  expect([call("bpf_bprm_opts_set", bprm.address, 1), secure()]).toEqual([0, 1])
  expect([call("bpf_bprm_opts_set", bprm.address, 2), secure()]).toEqual([EINVAL, 1])
  expect([call("bpf_bprm_opts_set", bprm.address, 0), secure()]).toEqual([0, 0])
})

test("bpf_get_task_stack does not know what tasks do that are not on the CPU", () => {
  const other = kernel.world.spawn()
  const buffer = kernel.memory.alloc(64)
  const USER = 1 << 8
  const { address } = other.task.object
  expect(call("bpf_get_task_stack", address, buffer, 64, USER)).toBe(EOPNOTSUPP)
  expect(() => call("bpf_get_task_stack", address, buffer, 64, 0)).toThrow(
    /which is not on the CPU, is not modelled/,
  )
})
