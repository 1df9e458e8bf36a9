import assert from "node:assert/strict"
import { mkdirSync, rmdirSync, statSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { attachStyle, programs, release } from "./style.ts"

const object = programs("iterators")

describe("iterators", () => {
  attachStyle("tracing", "iter/task", async kernel => {
    const loaded = await kernel.load(object, { only: ["dump_task"] })
    const [link] = await loaded.attach()
    const lines = (await link!.read()).trimEnd().split("\n")
    assert(lines.some(line => line.startsWith(`${process.pid} ${process.pid} `)))
    assert(lines.some(line => line.startsWith("1 1 ")))
    assert((await link!.read()).includes(`${process.pid} `), "it can be read again")
    await link!.detach()
    await assert.rejects(link!.read(), { errno: "EOPNOTSUPP" })
    const one = await loaded.programs.dump_task!.attach({ kind: "iter", task: process.pid })
    assert.match(await one.read(), new RegExp(`^${process.pid} ${process.pid} \\S+\\n$`))
    await one.detach()
  })

  attachStyle("tracing", "iter.s/task", async kernel => {
    const loaded = await kernel.load(object, { only: ["dump_task_sleepable"] })
    const [link] = await loaded.attach()
    assert((await link!.read()).split("\n").includes(String(process.pid)))
    await link!.detach()
  })

  attachStyle("tracing", "iter/bpf_map_elem", async kernel => {
    const loaded = await kernel.load(object, { only: ["dump_ages"] })
    const ages = loaded.maps.ages!
    await ages.set(7, 40n)
    await ages.set(8, -1n)
    const link = await loaded.programs.dump_ages!.attach({ kind: "iter", map: ages.id })
    assert.deepEqual((await link.read()).trimEnd().split("\n").sort(), ["7: 40", "8: -1"])
    await link.detach()
  })

  attachStyle("tracing", "iter/cgroup", async kernel => {
    const folder = "/sys/fs/cgroup/iterated"
    mkdirSync(folder)
    try {
      const loaded = await kernel.load(object, { only: ["dump_cgroup"] })
      const below = await loaded.programs.dump_cgroup!.attach({ kind: "iter", cgroup: folder })
      assert.equal(await below.read(), `${statSync(folder).ino}\n`)
      await below.detach()
      const [all] = await loaded.attach()
      const ids = (await all!.read()).trimEnd().split("\n")
      assert(ids.includes(String(statSync(folder).ino)) && ids.length > 1, ids.join(" "))
      await all!.detach()
    } finally {
      rmdirSync(folder)
    }
  })

  test("over elements of a map wants the map", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["dump_ages"] })
    await assert.rejects(loaded.attach(), { errno: "EBADF", hint: /id of a map/ }, release)
  })
})
