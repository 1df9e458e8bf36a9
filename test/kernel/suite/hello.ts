import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { readObject } from "skep"
import { bootKernel } from "skep/embedded"
import { openLinuxKernel } from "skep/linux"

const object = readObject(readFileSync("/skep/exhibits/hello/program.bpf.o"), { name: "program" })
const PROGRAM = "/bin/busybox"

/** One exec as the six programs reported it, ids aside; the shell's name is the name of who forked. */
function comparable(events: readonly { readonly value: unknown; readonly bytes: Uint8Array }[]): unknown[] {
  return events.map(({ value, bytes }) => {
    const { pid: _, command, ...rest } = value as Record<string, unknown>
    // A record of a perf event is padded to eight bytes with its length word; what lies in the padding is nobody's.
    return {
      ...rest,
      command: command === "node" || command === "sh" ? "parent" : command,
      size: bytes.length,
    }
  })
}

describe("the hello exhibit on the real kernel", () => {
  test("reports the same events as on the embedded kernel of that release", async () => {
    await using linux = await openLinuxKernel()
    const real = await linux.load(object)
    const links = await real.attach()
    assert.equal(links.length, 6)
    execFileSync(PROGRAM, ["true"])
    const events = real.events()

    await using embedded = await bootKernel({ release: linux.release })
    const modelled = await embedded.load(object)
    await modelled.attach()
    embedded.world.files.create(PROGRAM, { mode: 0o755 })
    await embedded.world.exec(PROGRAM)

    assert.equal(events.length, 6)
    assert.deepEqual(comparable(events), comparable(modelled.events()))
    assert.equal(await real.maps.runs?.get(0), await modelled.maps.runs?.get(0))
    for (const link of links) await link.detach()
    execFileSync(PROGRAM, ["true"])
    assert.deepEqual(real.events(), [], "after detaching")
  })

  test("gives records through the async iterator too, without blocking anything else", async () => {
    await using kernel = await openLinuxKernel()
    const hello = await kernel.load(object, { only: ["raw_tp_exec"] })
    await hello.attach()
    setTimeout(() => execFileSync(PROGRAM, ["true"]), 50)
    for await (const event of hello.maps.output!.samples({ type: "event" })) {
      assert.equal((event as { message: string }).message, "raw_tp_exec")
      break
    }
  })

  test("an iterator ends when its signal fires, and when the kernel is closed", async () => {
    const kernel = await openLinuxKernel()
    const hello = await kernel.load(object, { only: ["raw_tp_exec"] })
    const drain = async (signal?: AbortSignal): Promise<number> => {
      let count = 0
      for await (const _ of hello.maps.output!.samples(signal ? { signal } : {})) count++
      return count
    }
    assert.equal(await drain(AbortSignal.timeout(100)), 0)
    setTimeout(() => void kernel[Symbol.asyncDispose](), 100)
    assert.equal(await drain(), 0)
  })
})
