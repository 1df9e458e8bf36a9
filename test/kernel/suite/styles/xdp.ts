import assert from "node:assert/strict"
import type { LoadedObject } from "skep"
import { hookStyle, makePair, ping, seenBy } from "./hook-style.ts"
import type { AttachStyle, Scene, StyleGroup } from "./style.ts"

const event = ping("10.1.1.2")
const xdp = { kind: "xdp", interface: "v0" } as const
const native = { ...xdp, mode: "native" } as const

/** Packets that a program puts into a map whose value another program belongs to: devmap or cpumap. */
async function throughMap(
  scene: Scene,
  names: { readonly program: string; readonly sender: string; readonly map: string },
  to: number,
): Promise<void> {
  const loaded = await scene.load("network", { only: [names.program, names.sender] })
  await loaded.maps[names.map]!.set(0, { target: to, program: loaded.programs[names.program] })
  const link = await loaded.programs[names.sender]!.attach(native)
  await event(scene)
  const before = await seenLater(scene, loaded)
  assert(before > 0n, "the map's program saw nothing")
  await link.detach()
  assert.equal(await event(scene), "ok")
  assert.equal(await seenLater(scene, loaded), before)
}

async function seenLater({ world }: Scene, loaded: LoadedObject): Promise<bigint> {
  await world.sleep(50)
  return seenBy(loaded)
}

const THROUGH_MAPS: readonly AttachStyle[] = [
  {
    programType: "xdp",
    style: "xdp/devmap as a map's value",
    async run(scene) {
      const { world } = scene
      // A veth device sends frames only while the other end runs a program.
      const other = await scene.load("network", { only: ["xdp_program"] })
      await other.programs.xdp_program!.attach({ ...native, interface: "w1" })
      const names = { program: "xdp_devmap", sender: "to_device", map: "devices" }
      await throughMap(scene, names, world.interfaceIndex("w0"))
    },
  },
  {
    programType: "xdp",
    style: "xdp/cpumap as a map's value",
    run(scene) {
      const queue = 64
      return throughMap(scene, { program: "xdp_cpumap", sender: "to_processor", map: "processors" }, queue)
    },
  },
]

export const XDP: StyleGroup = {
  title: "XDP",
  async prepare(scene) {
    await makePair(scene)
    scene.world.makePair({ name: "w0", addresses: [] }, { name: "w1", addresses: [] })
  },
  styles: [
    ...(["native", "generic"] as const).flatMap(mode =>
      (["link", "netlink"] as const).map(by =>
        hookStyle("xdp", `xdp ${mode} by ${by}`, {
          object: "network",
          program: "xdp_program",
          point: { ...xdp, mode, by },
          event,
          denied: "lost",
        }),
      ),
    ),
    hookStyle("xdp", "xdp, mode left to the kernel", {
      object: "network",
      program: "xdp_program",
      point: xdp,
      event,
      denied: "lost",
    }),
    hookStyle("xdp", "xdp.frags", { object: "network", program: "xdp_frags", point: native, event }),
    {
      programType: "xdp",
      style: "xdp offload",
      refusal: { on: ["6.1", "6.12", "reference"], errno: "EINVAL", reason: /xdp v0 offload/ },
      async run(scene) {
        const loaded = await scene.load("network", { only: ["xdp_program"] })
        await loaded.programs.xdp_program!.attach({ ...xdp, mode: "offload" })
      },
    },
    ...THROUGH_MAPS,
  ],
}
