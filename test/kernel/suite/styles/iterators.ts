import assert from "node:assert/strict"
import type { StyleGroup } from "./style.ts"

export const ITERATORS: StyleGroup = {
  title: "iterators",
  styles: [
    {
      programType: "tracing",
      style: "iter/task",
      async run(scene) {
        const { pid } = scene.world
        const loaded = await scene.load("iterators", { only: ["dump_task"] })
        const [link] = await loaded.attach()
        const lines = (await link!.read()).trimEnd().split("\n")
        assert(lines.some(line => line.startsWith(`${pid} ${pid} `)))
        assert(lines.some(line => line.startsWith("1 1 ")))
        assert((await link!.read()).includes(`${pid} `), "it can be read again")
        await link!.detach()
        await assert.rejects(link!.read(), { errno: "EOPNOTSUPP" })
        const one = await loaded.programs.dump_task!.attach({ kind: "iter", task: pid })
        assert.match(await one.read(), new RegExp(`^${pid} ${pid} \\S+\\n$`))
        await one.detach()
      },
    },
    {
      programType: "tracing",
      style: "iter.s/task",
      async run(scene) {
        const loaded = await scene.load("iterators", { only: ["dump_task_sleepable"] })
        const [link] = await loaded.attach()
        assert((await link!.read()).split("\n").includes(String(scene.world.pid)))
        await link!.detach()
      },
    },
    {
      programType: "tracing",
      style: "iter/bpf_map_elem",
      async run(scene) {
        const loaded = await scene.load("iterators", { only: ["dump_ages"] })
        const ages = loaded.maps.ages!
        await ages.set(7, 40n)
        await ages.set(8, -1n)
        const link = await loaded.programs.dump_ages!.attach({ kind: "iter", map: ages.id })
        assert.deepEqual((await link.read()).trimEnd().split("\n").sort(), ["7: 40", "8: -1"])
        await link.detach()
      },
    },
    {
      programType: "tracing",
      style: "iter/cgroup",
      async run(scene) {
        const { world } = scene
        const group = world.makeGroup("iterated")
        const id = String(world.groupId(group))
        const loaded = await scene.load("iterators", { only: ["dump_cgroup"] })
        const below = await loaded.programs.dump_cgroup!.attach({ kind: "iter", cgroup: group })
        assert.equal(await below.read(), `${id}\n`)
        await below.detach()
        const [all] = await loaded.attach()
        const ids = (await all!.read()).trimEnd().split("\n")
        assert(ids.includes(id) && ids.length > 1, ids.join(" "))
        await all!.detach()
      },
    },
  ],
}
