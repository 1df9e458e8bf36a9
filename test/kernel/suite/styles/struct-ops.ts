import assert from "node:assert/strict"
import type { World } from "skep"
import { connection, withSockets } from "./sockets-of.ts"
import { type AttachStyle, numbers, type Refusal, type StyleGroup } from "./style.ts"

const SYSCTL = "/proc/sys/net/ipv4"

function available(world: World): string[] {
  return world.readText(`${SYSCTL}/tcp_available_congestion_control`).trim().split(" ")
}

/** Opens and closes a connection to this machine, with a congestion control as the default. */
async function connectWith(world: World, name: string): Promise<void> {
  const before = world.readText(`${SYSCTL}/tcp_congestion_control`).trim()
  world.writeText(`${SYSCTL}/tcp_congestion_control`, name)
  try {
    await withSockets(world, async open => {
      const { client } = await connection(open)
      client.send(Uint8Array.of(1))
    })
  } finally {
    world.writeText(`${SYSCTL}/tcp_congestion_control`, before)
  }
}

const registers = (style: string, object: string, map: string, refusal?: Refusal): AttachStyle => ({
  programType: "struct_ops",
  style,
  refusal,
  async run(scene) {
    const { world } = scene
    const loaded = await scene.load(object)
    const name = `skep_${map}`
    assert(!available(world).includes(name))
    const link = await loaded.maps[map]!.attach()
    assert(available(world).includes(name))
    await connectWith(world, name)
    assert(numbers(loaded).inits! >= 1n)
    await link.detach()
    assert(!available(world).includes(name))
  },
})

export const STRUCT_OPS: StyleGroup = {
  title: "parts of the kernel made of programs",
  styles: [
    registers("struct_ops by value", "congestion", "plain"),
    registers("struct_ops by link", "congestion-link", "linked", {
      on: ["6.1"],
      errno: "EINVAL",
      reason: /needs Linux 6\.4/,
    }),
  ],
}
