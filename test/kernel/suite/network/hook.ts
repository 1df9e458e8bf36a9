import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import type { AttachPoint, ObjectSpec, SocketAddress, SocketOptions } from "skep"
import { type LinuxKernel, type LinuxObject, Socket } from "skep/linux"
import { attachStyle, globals, type Refusal } from "../tracing/style.ts"

/** One way to attach one program, and what shows that it is attached. */
export interface Hook {
  readonly object: ObjectSpec
  readonly program: string
  readonly point: (loaded: LinuxObject) => AttachPoint
  /** Runs the hook: "ok", or the code of the error that came of it. */
  readonly event: (loaded: LinuxObject) => string | Promise<string>
  /** What the event gives while a program refuses it; left out for hooks that decide nothing. */
  readonly denied?: string
  readonly refusal?: Refusal
}

/** A test: attached, the program sees the event and decides over it; detached, it does neither. */
export function hookTest(programType: string, style: string, hook: Hook): void {
  const { object, program, point, event, denied, refusal } = hook
  attachStyle(
    programType,
    style,
    async kernel => {
      const loaded = await kernel.load(object, { only: [program] })
      const link = await loaded.programs[program]!.attach(point(loaded))
      assert.equal(await event(loaded), "ok", "while it is attached")
      const seen = await seenBy(loaded)
      assert(seen > 0n, "the program saw nothing")
      await link.detach()
      const atDetach = await seenBy(loaded)
      assert.equal(await event(loaded), "ok", "after it was detached")
      assert.equal(await seenBy(loaded), atDetach, "it sees more after it was detached")
      if (denied !== undefined) await deny(kernel, hook, denied)
    },
    refusal,
  )
}

async function deny(
  kernel: LinuxKernel,
  { object, program, point, event }: Hook,
  denied: string,
): Promise<void> {
  const loaded = await kernel.load(object, { only: [program], globals: { deny: 1 } })
  const link = await loaded.programs[program]!.attach(point(loaded))
  assert.equal(await event(loaded), denied, "while it refuses")
  await link.detach()
  assert.equal(await event(loaded), "ok", "after the one that refuses was detached")
}

export async function seenBy(loaded: LinuxObject): Promise<bigint> {
  return (await globals(loaded)).seen ?? 0n
}

/** "ok", or the errno of what was thrown. */
export function outcome(action: () => unknown): string {
  try {
    const result = action()
    return typeof result === "string" ? result : "ok"
  } catch (error) {
    return String((error as { code?: string }).code ?? error)
  }
}

/** iproute2 stands before busybox, which has an `ip` of its own. */
const PATH = "/usr/bin:/usr/sbin:/bin:/sbin"

export function run(...command: readonly string[]): string {
  const [file = "", ...args] = command
  const env = { ...process.env, PATH }
  return execFileSync(file, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] })
}

/** "ok" when the other side answers, "lost" when it does not. */
export function ping(address: string): string {
  return pings("ping", "-c", "1", "-W", "1", address)
}

/** The same from the namespace at the other end of the pair. */
export function pingFromFar(address: string): string {
  return pings("ip", "netns", "exec", "far", "ping", "-c", "1", "-W", "1", address)
}

function pings(...command: readonly string[]): string {
  try {
    run(...command)
    return "ok"
  } catch {
    return "lost"
  }
}

/** v0 (10.1.1.1, fd01::1) here, v1 (10.1.1.2, fd01::2) in the namespace "far". */
export function makePair(): void {
  mkdirSync("/run", { recursive: true })
  run("ip", "netns", "add", "far")
  run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", "far")
  far("ip", "link", "set", "lo", "up")
  for (const [prefix, name, end] of [
    [[], "v0", 1],
    [["ip", "netns", "exec", "far"], "v1", 2],
  ] as const) {
    run(...prefix, "ip", "addr", "add", `10.1.1.${end}/24`, "dev", name)
    run(...prefix, "ip", "-6", "addr", "add", `fd01::${end}/64`, "dev", name, "nodad")
    run(...prefix, "ip", "link", "set", name, "up")
  }
  assert.equal(ping("10.1.1.2"), "ok", "the pair carries packets")
}

export function removePair(): void {
  run("ip", "link", "del", "v0")
  run("ip", "netns", "del", "far")
}

/** Runs a command in the namespace "far". */
export function far(...command: readonly string[]): string {
  return run("ip", "netns", "exec", "far", ...command)
}

/** Sockets that are closed when the work is done. */
export function withSockets<T>(
  kernel: LinuxKernel,
  work: (open: (options?: SocketOptions) => Socket) => T,
): T {
  const opened: Socket[] = []
  try {
    return work(options => {
      const socket = Socket.open(kernel.bpf.native, options)
      opened.push(socket)
      return socket
    })
  } finally {
    for (const socket of opened) socket.close()
  }
}

export const LOOPBACK: Readonly<Record<"ipv4" | "ipv6", SocketAddress>> = {
  ipv4: { address: "127.0.0.1", port: 0 },
  ipv6: { address: "::1", port: 0 },
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
