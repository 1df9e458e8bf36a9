import assert from "node:assert/strict"
import type { World } from "skep"
import { connection, eventually, withSockets } from "./sockets-of.ts"
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
      const { client, server } = await connection(open)
      client.send(Uint8Array.of(1))
      server.close()
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

const told = (world: World, name: string): string => world.readText(`/sys/kernel/sched_ext/${name}`).trim()

const SCHEDULER: AttachStyle = {
  programType: "struct_ops",
  style: "struct_ops sched_ext_ops",
  refusal: { on: ["6.1", "6.12"], errno: "ESRCH", reason: /built with CONFIG_SCHED_CLASS_EXT/ },
  async run(scene) {
    const { world } = scene
    const loaded = await scene.load("scheduler")
    assert.equal(told(world, "state"), "disabled")
    const link = await loaded.maps.scheduler!.attach()
    assert.equal(told(world, "state"), "enabled")
    assert.equal(told(world, "root/ops"), "skep_scheduler")
    await world.exec("/bin/true")
    const { inits, enqueued } = numbers(loaded)
    assert.equal(inits, 1n)
    assert(enqueued! > 0n, "it queued no task")
    await link.detach()
    const ended = await eventually(() => (told(world, "state") === "disabled" ? true : undefined), 5000)
    assert(ended, told(world, "state"))
    const { exits, enqueued: atEnd } = numbers(loaded)
    assert.equal(exits, 1n)
    await world.exec("/bin/true")
    assert.equal(numbers(loaded).enqueued, atEnd)
  },
}

export const STRUCT_OPS: StyleGroup = {
  title: "parts of the kernel made of programs",
  styles: [
    registers("struct_ops by value", "congestion", "plain"),
    registers("struct_ops by link", "congestion-link", "linked", {
      on: ["6.1"],
      errno: "EINVAL",
      reason: /needs Linux 6\.4/,
    }),
    SCHEDULER,
  ],
}
