import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"

/** iproute2 stands before busybox, which has an `ip` of its own. */
const PATH = "/usr/bin:/usr/sbin:/bin:/sbin"

export function run(...command: readonly string[]): string {
  const [file = "", ...args] = command
  const env = { ...process.env, PATH }
  return execFileSync(file, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] })
}

/** "ok" when the other side answers, "lost" when it does not. */
export function ping(address: string): string {
  try {
    run("ping", "-c", "1", "-W", "1", address)
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
