import { readFileSync } from "node:fs"
import { beforeEach, expect, test } from "vitest"
import type { Wire } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { buildIp, PROTOCOL } from "./headers.ts"
import { echoMessage } from "./icmp/index.ts"

const profile = await loadBuiltinProfile("6.12")
const path = new URL("../../../test/kernel/programs/packets-vlan.bpf.o", import.meta.url)
const object = readObject(readFileSync(path), { name: "packets-vlan" })
const STATION = [2, 0, 0, 0, 0, 9]
const ENDS = { source: Uint8Array.of(10, 3, 3, 9), destination: Uint8Array.of(10, 3, 3, 1) }
/** Where the answer's type is, with what follows. */
const typeOf = (frame: Uint8Array | undefined): string =>
  Array.from(frame?.subarray(12, 18) ?? [], byte => byte.toString(16).padStart(2, "0")).join(" ")

let kernel: EmbeddedKernel
let wire: Wire

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
  wire = kernel.world.makeWire({ name: "eth0", addresses: ["10.3.3.1/24"], takesFrames: true })
})

/** An echo request to the device, behind tags. */
function request(...tags: readonly number[]): Uint8Array {
  const message = echoMessage("request", ENDS, 77, 1, new Uint8Array(20))
  const packet = buildIp({ ...ENDS, protocol: PROTOCOL.icmp, ttl: 64, tos: 0 }, message)
  const headers = tags.flatMap(tag => [0x81, 0x00, tag >> 8, tag & 0xff])
  return Uint8Array.from([...wire.mac, ...STATION, ...headers, 0x08, 0x00, ...packet])
}

async function standAt(direction: "ingress" | "egress") {
  const loaded = await kernel.load(object)
  await loaded.programs.access_port!.attach({ kind: "tcx", interface: "eth0", direction })
  return loaded.globals
}

test("packets of a tagged network are for no device, those with a priority alone are", async () => {
  wire.send(request(5))
  expect(await wire.receive()).toBeUndefined()
  wire.send(request(0x6000))
  expect(typeOf(await wire.receive())).toMatch(/^08 00 45/)
})

test("a tag is beyond what the MTU counts", () => {
  const frame = (length: number, type: number): Uint8Array => new Uint8Array(length).fill(type, 12, 13)
  expect(() => wire.send(frame(1518, 0x81))).not.toThrow()
  expect(() => wire.send(frame(1519, 0x81))).toThrow("EMSGSIZE")
  expect(() => wire.send(frame(1518, 0x08))).toThrow("EMSGSIZE")
})

test("a program finds the tag beside the packet, and takes it away", async () => {
  const globals = await standAt("ingress")
  const { used } = kernel.memory.kernel
  wire.send(request())
  expect((globals.noted as bigint[])[1]).toBe(0x08n)
  expect(await wire.receive()).toBeUndefined()
  wire.send(request(5, 6))
  // The outer one: what is behind is a tag still.
  expect((globals.noted as bigint[])[1]).toBe((1n << 32n) | 0x81n)
  expect(kernel.memory.kernel.used).toBe(used)
})

test("a tag that a program gives is in the frame that leaves", async () => {
  await standAt("egress")
  wire.send(request())
  expect(typeOf(await wire.receive())).toBe("81 00 00 05 08 00")
})
