import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import type { Socket } from "./socket.ts"

/** A system call has the socket from here to `releaseSock`: packets for it wait. */
const lockSockNested = kernelFunction(
  "lock_sock_nested",
  (kernel, sock: KernelObject, _class: number): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (socket) socket.isOwned = true
  },
)

/** What has come meanwhile is received now. */
const releaseSockObject = kernelFunction("release_sock", (kernel, sock: KernelObject): undefined => {
  const socket = kernel.sockets.at(sock.address)
  if (!socket) return
  for (let next = socket.deferred.shift(); next; next = socket.deferred.shift()) next()
  socket.isOwned = false
})

export function lockSock(kernel: KernelCore, socket: Socket): void {
  lockSockNested(kernel, socket.object, 0)
}

export function releaseSock(kernel: KernelCore, socket: Socket): void {
  releaseSockObject(kernel, socket.object)
}
