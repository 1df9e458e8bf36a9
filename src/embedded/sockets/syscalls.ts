import { errnoNumber } from "../../base/index.ts"
import type { SystemCallName } from "../architecture/index.ts"
import type { KernelCore } from "../core.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { acceptOn, bindSocket, listenOn, nameOf, peerNameOf, receiveOn, sendOn } from "./calls.ts"
import { connectFile } from "./connect.ts"
import type { CopiedAddress } from "./copied-address.ts"
import { createSocket } from "./create.ts"
import { runGetOptionHook, runSetOptionHook } from "./options/hooks.ts"
import { getOption, setOption } from "./options/options.ts"
import type { Socket } from "./socket.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)
/** What a type may carry besides: SOCK_CLOEXEC and SOCK_NONBLOCK. */
const TYPE_MASK = 0xf
const MOST_ADDRESS = 128

const int = (value: bigint | undefined): number => Number(BigInt.asIntN(32, value ?? 0n))

/** A system call on a socket by its descriptor. */
function onSocket(
  name: SystemCallName,
  body: (kernel: KernelCore, socket: Socket, args: readonly bigint[]) => number,
) {
  return syscall(name, (kernel, args) => {
    const socket = kernel.sockets.ofDescriptor(int(args[0]))
    if (socket === undefined) return errno("EBADF")
    return socket ? body(kernel, socket, args) : errno("ENOTSOCK")
  })
}

/** Bytes of user memory; undefined where there are none. */
function copyIn({ memory }: KernelCore, user: bigint | undefined, length: number): Uint8Array | undefined {
  const at = Number(user ?? 0n)
  if (length === 0) return new Uint8Array(0)
  return memory.isUser(at, length) ? memory.read(at, length) : undefined
}

const moveAddrToKernel = kernelFunction(
  "move_addr_to_kernel",
  (kernel, user: bigint, length: number, address: number): number => {
    if (length < 0 || length > MOST_ADDRESS) return errno("EINVAL")
    const bytes = copyIn(kernel, user, length)
    if (!bytes) return errno("EFAULT")
    kernel.memory.write(address, bytes)
    return 0
  },
)

/** With a sockaddr of user memory, copied to the kernel's. */
function withAddress(
  kernel: KernelCore,
  user: bigint | undefined,
  length: number,
  action: (address: CopiedAddress) => number,
): number {
  const address = kernel.memory.alloc(MOST_ADDRESS)
  const refused = moveAddrToKernel(kernel, user ?? 0n, length, address)
  const result = refused || action({ address, bytes: kernel.memory.read(address, length) })
  kernel.memory.free(address)
  return result
}

/** Writes a sockaddr and its whole length back, as much of it as there is room for. */
function tellAddress(kernel: KernelCore, bytes: Uint8Array, user: bigint, lengthAt: bigint): number {
  const { memory } = kernel
  if (!memory.isUser(Number(lengthAt), 4)) return errno("EFAULT")
  const room = memory.view.getInt32(Number(lengthAt), true)
  if (room < 0) return errno("EINVAL")
  const shown = bytes.subarray(0, room)
  if (!memory.isUser(Number(user), shown.length)) return errno("EFAULT")
  memory.write(Number(user), shown)
  memory.view.setInt32(Number(lengthAt), bytes.length, true)
  return 0
}

export const socketCall = syscall("socket", (kernel, [family, type, protocol]) => {
  const made = createSocket(kernel, int(family), int(type) & TYPE_MASK, int(protocol))
  return typeof made === "number" ? made : kernel.sockets.install(made)
})

export const bindCall = onSocket("bind", (kernel, socket, [, address, length]) =>
  withAddress(kernel, address, int(length), given => bindSocket(kernel, socket, given)),
)

const sysConnect = kernelFunction(
  "__sys_connect",
  (kernel, fd: number, address: bigint, length: number): number => {
    const file = kernel.current.fileAt(fd)
    if (!file) return errno("EBADF")
    return withAddress(kernel, address, length, given => connectFile(kernel, file, given))
  },
)

export const connectCall = syscall("connect", (kernel, [fd, address, length]) =>
  sysConnect(kernel, int(fd), address ?? 0n, int(length)),
)

export const listenCall = onSocket("listen", (kernel, socket, [, backlog]) =>
  listenOn(kernel, socket, int(backlog)),
)

/** Does not wait: EAGAIN while there is no connection. */
export const accept4Call = onSocket("accept4", (kernel, socket, [, address, length]) => {
  const child = acceptOn(kernel, socket)
  if (typeof child === "number") return child
  if (address) {
    const name = peerNameOf(kernel, child)
    if (typeof name !== "number") tellAddress(kernel, name, address, length ?? 0n)
  }
  return kernel.sockets.install(child)
})

export const sendtoCall = onSocket("sendto", (kernel, socket, [, data, size, , address, length]) => {
  const bytes = copyIn(kernel, data, Number(size))
  if (!bytes) return errno("EFAULT")
  if (!address) return sendOn(kernel, socket, bytes, undefined)
  return withAddress(kernel, address, int(length), given => sendOn(kernel, socket, bytes, given.bytes))
})

/** Does not wait: EAGAIN while nothing is there. */
export const recvfromCall = onSocket("recvfrom", (kernel, socket, [, data, size, , address, length]) => {
  const { memory } = kernel
  if (!memory.isUser(Number(data), Number(size))) return errno("EFAULT")
  const received = receiveOn(kernel, socket, Number(size))
  if (typeof received === "number") return received
  memory.write(Number(data), received.bytes)
  if (address) {
    const told = tellAddress(kernel, received.from ?? new Uint8Array(0), address, length ?? 0n)
    if (told !== 0) return told
  }
  return received.bytes.length
})

export const getsocknameCall = onSocket("getsockname", (kernel, socket, [, address, length]) => {
  const name = nameOf(kernel, socket)
  return typeof name === "number" ? name : tellAddress(kernel, name, address ?? 0n, length ?? 0n)
})

export const getpeernameCall = onSocket("getpeername", (kernel, socket, [, address, length]) => {
  const name = peerNameOf(kernel, socket)
  return typeof name === "number" ? name : tellAddress(kernel, name, address ?? 0n, length ?? 0n)
})

export const setsockoptCall = onSocket("setsockopt", (kernel, socket, [, level, option, user, length]) => {
  if (int(length) < 0) return errno("EINVAL")
  const value = copyIn(kernel, user, int(length))
  if (!value) return errno("EFAULT")
  const asked = runSetOptionHook(kernel, socket, { level: int(level), option: int(option), value })
  if (typeof asked === "number") return asked
  return asked === "done" ? 0 : setOption(kernel, socket, asked.level, asked.option, asked.value)
})

export const getsockoptCall = onSocket(
  "getsockopt",
  (kernel, socket, [, levelArgument, optionArgument, user, lengthAt]) => {
    const { memory } = kernel
    if (!memory.isUser(Number(lengthAt), 4)) return errno("EFAULT")
    const room = memory.view.getInt32(Number(lengthAt), true)
    if (room < 0) return errno("EINVAL")
    const [level, option] = [int(levelArgument), int(optionArgument)]
    const own = getOption(kernel, socket, level, option, room)
    const given = typeof own === "number" ? new Uint8Array(0) : own
    const request = { level, option, value: given }
    const told = runGetOptionHook(kernel, socket, request, typeof own === "number" ? own : 0, room)
    if (told.result < 0) return told.result
    if (!memory.isUser(Number(user), told.value.length)) return errno("EFAULT")
    memory.write(Number(user), told.value)
    memory.view.setInt32(Number(lengthAt), told.value.length, true)
    return told.result
  },
)
