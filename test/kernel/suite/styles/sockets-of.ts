import type { SocketAddress, SocketOptions, World, WorldSocket } from "skep"

export const LOOPBACK: Readonly<Record<"ipv4" | "ipv6", SocketAddress>> = {
  ipv4: { address: "127.0.0.1", port: 0 },
  ipv6: { address: "::1", port: 0 },
}

/** Sockets that are closed when the work is done. */
export async function withSockets<T>(
  world: World,
  work: (open: (options?: SocketOptions) => WorldSocket) => T | Promise<T>,
): Promise<T> {
  const opened: WorldSocket[] = []
  try {
    return await work(options => {
      const socket = world.socket(options)
      opened.push(socket)
      return socket
    })
  } finally {
    for (const socket of opened) socket.close()
  }
}

/** Two ends of a TCP connection over loopback; the server's is the caller's to close. */
export async function connection(
  open: (options?: SocketOptions) => WorldSocket,
): Promise<{ readonly client: WorldSocket; readonly server: WorldSocket }> {
  const listener = open()
  listener.bind(LOOPBACK.ipv4)
  listener.listen()
  const client = open()
  client.connect(listener.name()!)
  // The last step of the handshake may come a little later.
  const server = await eventually(() => listener.accept())
  if (!server) throw new Error("nothing to accept")
  return { client, server }
}

/** Waits until something is there: packets pass through softirqs and threads. Undefined after `milliseconds`. */
export async function eventually<T>(take: () => T | undefined, milliseconds = 400): Promise<T | undefined> {
  const end = Date.now() + milliseconds
  for (;;) {
    const value = take()
    if (value !== undefined || Date.now() > end) return value
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
