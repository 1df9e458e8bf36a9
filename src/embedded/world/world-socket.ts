import { errnoNumber, SystemCallError } from "../../base/index.ts"
import {
  decodeAddress,
  encodeAddress,
  type Received,
  type SocketAddress,
  type SocketOptions,
  type WorldSocket,
} from "../../kernel/index.ts"
import {
  accept4Call,
  bindCall,
  connectCall,
  FAMILY,
  getpeernameCall,
  getsocknameCall,
  getsockoptCall,
  listenCall,
  recvfromCall,
  sendtoCall,
  setsockoptCall,
  socketCall,
  TYPE,
} from "../sockets/index.ts"
import type { Syscall } from "../tracing/syscall.ts"
import type { Process } from "./process.ts"

const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT_NOSIGNAL = 0x4040
const ADDRESS_BYTES = 128
const DEFAULT_BACKLOG = 16
const WHOLE_MESSAGE = 65536
const EAGAIN = "EAGAIN"

/** socket(2) of a process. Throws SystemCallError, as every method of what it gives. */
export function openSocket(
  process: Process,
  { family = "ipv4", type = "stream", protocol = 0 }: SocketOptions = {},
): WorldSocket {
  const wire = family === "packet" ? swap(protocol) : protocol
  const fd = call(process, "socket", () => [socketCall, FAMILY[family], TYPE[type] | SOCK_CLOEXEC, wire])
  return worldSocket(process, fd)
}

type Prepared = readonly [Syscall, ...(number | bigint)[]]

/** Makes a system call; `prepare` puts what it needs into the process's memory. */
function call(process: Process, name: string, prepare: () => Prepared): number {
  const result = process.callWith(kernel => {
    const [call, ...args] = prepare()
    return call(kernel, ...args)
  })
  if (result.ok) return result.value
  throw new SystemCallError(name, errnoNumber(result.errno))
}

/** Ethernet types stand in network byte order. */
function swap(value: number): number {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff)
}

function worldSocket(process: Process, fd: number): WorldSocket {
  const { task } = process
  let isOpen = true
  const push = (bytes: Uint8Array): number => task.pushUser(bytes)
  const pushWord = (value: number): number => push(new Uint8Array(Int32Array.of(value).buffer))
  const withAddress = (name: string, system: Syscall, address: SocketAddress): void => {
    const bytes = encodeAddress(address)
    call(process, name, () => [system, fd, push(bytes), bytes.length])
  }
  const readAddress = (name: string, system: Syscall): SocketAddress | undefined => {
    let told: SocketAddress | undefined
    const result = process.callWith(kernel => {
      const [at, length] = [push(new Uint8Array(ADDRESS_BYTES)), pushWord(ADDRESS_BYTES)]
      const result = system(kernel, fd, at, length)
      const size = Math.min(kernel.memory.view.getUint32(length, true), ADDRESS_BYTES)
      if (result === 0) told = decodeAddress(kernel.memory.read(at, size))
      return result
    })
    if (!result.ok) throw new SystemCallError(name, errnoNumber(result.errno))
    return told
  }
  return {
    fd,
    bind: address => withAddress("bind", bindCall, address),
    connect: address => withAddress("connect", connectCall, address),
    listen: (backlog = DEFAULT_BACKLOG) => void call(process, "listen", () => [listenCall, fd, backlog]),
    accept() {
      const result = process.callWith(kernel => accept4Call(kernel, fd, 0, 0, SOCK_CLOEXEC))
      if (result.ok) return worldSocket(process, result.value)
      if (result.errno === EAGAIN) return undefined
      throw new SystemCallError("accept4", errnoNumber(result.errno))
    },
    send(bytes, to) {
      const address = to && encodeAddress(to)
      return call(process, "sendto", () => [
        sendtoCall,
        fd,
        push(bytes),
        bytes.length,
        MSG_DONTWAIT_NOSIGNAL,
        address ? push(address) : 0,
        address?.length ?? 0,
      ])
    },
    receive(size = WHOLE_MESSAGE): Received | undefined {
      let received: Received | undefined
      const result = process.callWith(kernel => {
        const data = push(new Uint8Array(size))
        const [at, length] = [push(new Uint8Array(ADDRESS_BYTES)), pushWord(ADDRESS_BYTES)]
        const count = recvfromCall(kernel, fd, data, size, MSG_DONTWAIT_NOSIGNAL, at, length)
        if (count < 0) return count
        const known = Math.min(kernel.memory.view.getUint32(length, true), ADDRESS_BYTES)
        received = {
          bytes: kernel.memory.read(data, count),
          from: decodeAddress(kernel.memory.read(at, known)),
        }
        return count
      })
      if (result.ok) return received
      if (result.errno === EAGAIN) return undefined
      throw new SystemCallError("recvfrom", errnoNumber(result.errno))
    },
    name: () => readAddress("getsockname", getsocknameCall),
    peerName: () => readAddress("getpeername", getpeernameCall),
    setOption(level, option, value) {
      call(process, "setsockopt", () => [setsockoptCall, fd, level, option, pushWord(value), 4])
    },
    option(level, option) {
      let value = 0
      call(process, "getsockopt", () => {
        const at = pushWord(0)
        const read: Syscall = (kernel, ...args) => {
          const result = getsockoptCall(kernel, ...args)
          value = kernel.memory.view.getInt32(at, true)
          return result
        }
        return [read, fd, level, option, at, pushWord(4)]
      })
      return value
    },
    close() {
      if (isOpen) process.close(fd)
      isOpen = false
    },
    [Symbol.dispose]() {
      this.close()
    },
  }
}
