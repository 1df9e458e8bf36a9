import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { describe, test } from "node:test"
import { type LinuxKernel, openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"

const SYSCTL = "/proc/sys/net/ipv4"

function available(): string[] {
  return readFileSync(`${SYSCTL}/tcp_available_congestion_control`, "latin1").trim().split(" ")
}

/** Opens and closes a connection to this machine, with a congestion control as the default. */
async function connectWith(name: string): Promise<void> {
  const before = readFileSync(`${SYSCTL}/tcp_congestion_control`, "latin1").trim()
  writeFileSync(`${SYSCTL}/tcp_congestion_control`, name)
  try {
    const server = createServer(socket => socket.end("hello")).listen(0, "127.0.0.1")
    await new Promise(resolve => server.on("listening", resolve))
    const { port } = server.address() as { port: number }
    await new Promise(resolve => connect(port, "127.0.0.1").on("close", resolve).resume())
    await new Promise(resolve => server.close(resolve))
  } finally {
    writeFileSync(`${SYSCTL}/tcp_congestion_control`, before)
  }
}

async function registers(kernel: LinuxKernel, object: string, map: string): Promise<void> {
  const loaded = await kernel.load(programs(object))
  const name = `skep_${map}`
  assert(!available().includes(name))
  const link = await loaded.maps[map]!.attach()
  assert(available().includes(name))
  await connectWith(name)
  assert((await globals(loaded)).inits! >= 1n)
  await link.detach()
  assert(!available().includes(name))
}

describe("struct_ops", () => {
  test("an object attaches its struct_ops maps too", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(programs("congestion"))
    assert.deepEqual(await loaded.attach(), [])
    assert(available().includes("skep_plain"))
    await loaded.detach()
    assert(!available().includes("skep_plain"))
  })

  attachStyle("struct_ops", "struct_ops by value", kernel => registers(kernel, "congestion", "plain"))
  attachStyle("struct_ops", "struct_ops by link", kernel => registers(kernel, "congestion-link", "linked"), {
    on: ["6.1"],
    errno: "EINVAL",
    reason: /needs Linux 6\.4/,
  })
})
