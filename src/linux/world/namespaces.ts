import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs"
import { noNetkit, type PairEnd, type PairOptions, type WireOptions } from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import type { Native } from "../ffi/native.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"
import { interfaceIndex } from "../net/interfaces.ts"
import { runTool } from "./run-tool.ts"
import { LinuxWire, nearEnd } from "./wire.ts"

const CLONE_NEWNET = 0x4000_0000
const OWN = "/proc/thread-self/ns/net"

/** What a wire's other end is called, in a namespace of its own. */
const FAR_END = "far"

/** The network namespaces and devices that a world has made, by iproute2. */
export class Namespaces {
  readonly #native: Native
  readonly #names = new Set<string>()
  readonly #devices: string[] = []

  constructor(native: Native) {
    this.#native = native
  }

  makePair(one: PairEnd, other: PairEnd, { type = "veth" }: PairOptions = {}): void {
    for (const { namespace } of [one, other]) if (namespace !== undefined) this.#make(namespace)
    if (type === "netkit") addNetkit(one, other)
    else
      runTool(
        ...["ip", "link", "add", one.name, ...mac(one), ...place(one)],
        ...["type", "veth", "peer", "name", other.name, ...mac(other), ...place(other)],
      )
    // One end takes the other with it.
    const near = [one, other].find(end => end.namespace === undefined)
    if (near) this.#devices.push(near.name)
    for (const end of [one, other]) setUp(end)
  }

  interfaceIndex(name: string): number {
    return interfaceIndex(this.#native, name)
  }

  makeWire({ name, addresses, mac, mtu }: WireOptions): LinuxWire {
    const namespace = `wire-${name}`
    const size = mtu !== undefined && { mtu }
    const near = { name, addresses, ...(mac !== undefined && { mac }), ...size }
    this.makePair(near, { name: FAR_END, namespace, addresses: [], ...size })
    for (const [device, ip] of [
      [name, ["ip"]],
      [FAR_END, ["ip", "-n", namespace]],
    ] as const)
      runTool(...ip, "link", "set", device, "arp", "off")
    if (!addresses.some(address => address.includes(":")))
      writeFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, "1")
    const end = nearEnd(this.#native, name)
    return this.#insideNow(namespace, () => {
      // procfs shows the namespace of the reading thread.
      writeFileSync(`/proc/sys/net/ipv6/conf/${FAR_END}/disable_ipv6`, "1")
      return LinuxWire.open(this.#native, FAR_END, end)
    })
  }

  async inside<T>(name: string, action: () => T | Promise<T>): Promise<T> {
    const before = openSync(OWN, "r")
    const wanted = openSync(`/run/netns/${name}`, "r")
    try {
      this.#enter(wanted)
      return await action()
    } finally {
      this.#enter(before)
      closeSync(wanted)
      closeSync(before)
    }
  }

  #insideNow<T>(name: string, action: () => T): T {
    const before = openSync(OWN, "r")
    const wanted = openSync(`/run/netns/${name}`, "r")
    try {
      this.#enter(wanted)
      return action()
    } finally {
      this.#enter(before)
      closeSync(wanted)
      closeSync(before)
    }
  }

  removeAll(): void {
    for (const device of this.#devices.splice(0)) runTool("ip", "link", "del", device)
    for (const name of this.#names) runTool("ip", "netns", "del", name)
    this.#names.clear()
  }

  #make(name: string): void {
    if (this.#names.has(name)) return
    mkdirSync("/run", { recursive: true })
    runTool("ip", "netns", "add", name)
    this.#names.add(name)
    runTool("ip", "-n", name, "link", "set", "lo", "up")
  }

  /** Of the main thread, which starts processes too; Node's other threads stay. */
  #enter(fd: number): void {
    const result = this.#native.syscall(systemCallNumber("setns"), fd, CLONE_NEWNET)
    if (result < 0) throw new LinuxCallError("setns", -result)
  }
}

const place = ({ namespace }: PairEnd): string[] => (namespace === undefined ? [] : ["netns", namespace])
const mac = ({ mac }: PairEnd): string[] => (mac === undefined ? [] : ["address", mac])

/** Tools of before 6.7 do not know the type's own options: the kernel names the other end. Throws UsageError. */
function addNetkit(one: PairEnd, other: PairEnd): void {
  try {
    runTool("ip", "link", "add", one.name, "type", "netkit")
  } catch (cause) {
    throw noNetkit(cause)
  }
  const listed = runTool("ip", "-o", "link")
  const made = listed.split("\n").map(line => /^\d+: ([^@:]+)@([^:]+):/.exec(line))
  const peer = made.find(match => match?.[2] === one.name)?.[1]
  if (peer === undefined) throw new Error(`BUG: ${one.name} has no other end`)
  runTool("ip", "link", "set", peer, "name", other.name)
  for (const end of [one, other])
    if (end.namespace !== undefined) runTool("ip", "link", "set", end.name, ...place(end))
}

function setUp({ name, namespace, addresses, mtu }: PairEnd): void {
  const ip = ["ip", ...(namespace === undefined ? [] : ["-n", namespace])]
  for (const address of addresses)
    runTool(...ip, "addr", "add", address, "dev", name, ...(address.includes(":") ? ["nodad"] : []))
  if (mtu !== undefined) runTool(...ip, "link", "set", name, "mtu", `${mtu}`)
  runTool(...ip, "link", "set", name, "up")
}
