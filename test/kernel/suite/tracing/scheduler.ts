import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe } from "node:test"
import { eventually } from "../styles/sockets-of.ts"
import { attachStyle, globals, programs } from "./style.ts"

const object = programs("scheduler")

function told(name: string): string {
  return readFileSync(`/sys/kernel/sched_ext/${name}`, "latin1").trim()
}

describe("a scheduler of tasks", () => {
  attachStyle(
    "struct_ops",
    "struct_ops sched_ext_ops",
    async kernel => {
      const loaded = await kernel.load(object)
      assert.equal(told("state"), "disabled")
      const link = await loaded.maps.scheduler!.attach()
      assert.equal(told("state"), "enabled")
      assert.equal(told("root/ops"), "skep_scheduler")
      execFileSync("/bin/busybox", ["true"])
      const running = await globals(loaded)
      assert.equal(running.inits, 1n)
      assert(running.enqueued! > 0n, "it queued no task")
      await link.detach()
      assert(await eventually(() => told("state") === "disabled" || undefined, 5000), told("state"))
      const ended = await globals(loaded)
      assert.equal(ended.exits, 1n)
      execFileSync("/bin/busybox", ["true"])
      assert.equal((await globals(loaded)).enqueued, ended.enqueued)
    },
    { on: ["6.1", "6.12"], errno: "ESRCH", reason: /built with CONFIG_SCHED_CLASS_EXT/ },
  )
})
