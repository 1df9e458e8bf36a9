import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { NetNamespace } from "../network/index.ts"
import { FAMILY, TCP } from "./constants.ts"
import { portsConflict, score } from "./matching.ts"
import type { Endpoint, Socket } from "./socket.ts"
import { releaseCongestion } from "./tcp/congestion.ts"

/** Where ports come from that nobody asked for (net.ipv4.ip_local_port_range). */
const [FIRST_PORT, LAST_PORT] = [32768, 60999]

/** All sockets: by descriptor, by address in memory, by port. */
export class Sockets {
  readonly #byFile = new Map<number, Socket>()
  readonly #byAddress = new Map<number, Socket>()
  readonly #all = new Set<Socket>()
  #lastPort = FIRST_PORT
  #lastCookie = 0n
  readonly #cookies = new WeakMap<Socket, bigint>()
  readonly #kernel: KernelCore
  /** What closing the last descriptor of a socket does. */
  onClose: (socket: Socket) => void = () => undefined

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
  }

  add(socket: Socket): void {
    this.#all.add(socket)
    this.#byAddress.set(socket.object.address, socket)
    this.#byAddress.set(socket.contextAddress, socket)
    this.#byAddress.set(socket.socketObject.address, socket)
  }

  /** The socket is gone, with all its memory. */
  remove(socket: Socket): void {
    if (!this.#all.delete(socket)) return
    if (socket.tcp) releaseCongestion(this.#kernel, socket)
    for (const address of [socket.object.address, socket.contextAddress, socket.socketObject.address])
      this.#byAddress.delete(address)
    socket.free()
  }

  /** Opens a descriptor of the task on the CPU for it. */
  install(socket: Socket): number {
    const file = this.#kernel.types.create("file", { f_mode: 3, private_data: socket.socketObject })
    socket.socketObject.set("file", file)
    this.#byFile.set(file.address, socket)
    return this.#kernel.current.installFile(file)
  }

  /** A descriptor of the task on the CPU: the socket, false when it is none, undefined when it is not open. */
  ofDescriptor(fd: number): Socket | false | undefined {
    const file = this.#kernel.current.fileAt(fd)
    return file && (this.#byFile.get(file.address) ?? false)
  }

  /** The socket behind an open file, by the file's address. */
  ofFile(address: number): Socket | undefined {
    return this.#byFile.get(address)
  }

  /** A file is closed: whether a socket was behind it. */
  closeFile(file: KernelObject): void {
    const socket = this.#byFile.get(file.address)
    if (!socket) return
    this.#byFile.delete(file.address)
    this.onClose(socket)
  }

  /** The socket whose struct sock, struct socket or struct bpf_sock stands at an address. */
  at(address: number): Socket | undefined {
    return this.#byAddress.get(address)
  }

  all(): Iterable<Socket> {
    return this.#all
  }

  /** Never 0, the same for a socket's whole life. */
  cookie(socket: Socket): bigint {
    const known = this.#cookies.get(socket)
    if (known !== undefined) return known
    this.#lastCookie += 1n
    this.#cookies.set(socket, this.#lastCookie)
    return this.#lastCookie
  }

  /** Whether a socket can have this address and port beside the others. */
  isPortFree(socket: Socket, endpoint: Endpoint): boolean {
    for (const other of this.#all)
      if (other !== socket && other.netns === socket.netns && portsConflict(socket, endpoint, other))
        return false
    return true
  }

  /** A port that nobody has; undefined when all are taken. */
  freePort(socket: Socket, address: Uint8Array): number | undefined {
    for (let tries = FIRST_PORT; tries <= LAST_PORT; tries++) {
      const port = this.#lastPort
      this.#lastPort = port === LAST_PORT ? FIRST_PORT : port + 1
      if (this.isPortFree(socket, { address, port })) return port
    }
    return undefined
  }

  /** Who a packet is for: the connected one, else the one bound most precisely, of several the youngest. */
  find(
    protocol: number,
    netns: NetNamespace,
    local: Endpoint,
    remote: Endpoint,
    device = 0,
  ): Socket | undefined {
    let best: Socket | undefined
    let most = 0
    for (const socket of this.#all) {
      if (socket.protocol !== protocol || socket.netns !== netns || !socket.isInternet) continue
      const points = score(socket, local, remote, device)
      if (points >= most && points > 0) {
        best = socket
        most = points
      }
    }
    return best
  }

  /** The unix socket that has this name. */
  ofPath(path: string, type: number): Socket | "wrong type" | undefined {
    let other: "wrong type" | undefined
    for (const socket of this.#all) {
      if (socket.family !== FAMILY.unix || socket.path !== path || socket.peer || socket.isClosed) continue
      if (socket.type === type) return socket
      other = "wrong type"
    }
    return other
  }

  isListening(socket: Socket): boolean {
    return socket.state === TCP.listen
  }
}
