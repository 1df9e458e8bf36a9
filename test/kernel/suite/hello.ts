import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { readObject } from "skep"
import { openLinuxKernel } from "skep/linux"

const object = readObject(readFileSync("/skep/exhibits/hello/program.bpf.o"), { name: "program" })

describe("the hello exhibit on the real kernel", () => {
  test("reports one exec six times, in order", async () => {
    await using kernel = await openLinuxKernel()
    const hello = await kernel.load(object)
    const links = await hello.attach()
    assert.equal(links.length, 6)
    execFileSync("/bin/busybox", ["true"])
    const events = hello.events().map(({ value }) => value as Record<string, unknown>)
    assert.deepEqual(
      events.map(event => [event.path, event.message]),
      ["tp_execve", "ksyscall_execve", "kprobe_exec", "fentry_exec", "tp_btf_exec", "raw_tp_exec"].map(
        message => ["/bin/busybox", message],
      ),
    )
    assert.equal(await hello.maps.runs?.get(0), 1n)
    for (const link of links) await link.detach()
    execFileSync("/bin/busybox", ["true"])
    assert.deepEqual(hello.events(), [])
  })

  test("records come through the async iterator too", async () => {
    await using kernel = await openLinuxKernel()
    const hello = await kernel.load(object, { only: ["raw_tp_exec"] })
    await hello.attach()
    setTimeout(() => execFileSync("/bin/busybox", ["true"]), 50)
    for await (const event of hello.maps.output!.samples({ type: "event" })) {
      assert.equal((event as { message: string }).message, "raw_tp_exec")
      break
    }
  })
})
