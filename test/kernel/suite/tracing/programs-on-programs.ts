import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type LinuxProgram, openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"

const base = programs("base")
const replace = programs("replace")
const PACKET = new Uint8Array(64)

async function answer(program: LinuxProgram): Promise<number> {
  return (await program.run({ packet: PACKET })).result
}

describe("programs about programs", () => {
  attachStyle("ext", "freplace", async kernel => {
    const loaded = await kernel.load(base, { only: ["ask"] })
    const ask = loaded.programs.ask!
    assert.equal(await answer(ask), 42)
    const changed = await kernel.load(replace, {
      only: ["new_answer"],
      targets: { new_answer: { program: ask, function: "answer" } },
    })
    const [link] = await changed.attach()
    assert.equal(await answer(ask), 141)
    await link!.detach()
    assert.equal(await answer(ask), 42)
  })

  attachStyle("tracing", "fentry and fexit of a program", async kernel => {
    const loaded = await kernel.load(base, { only: ["ask"] })
    const ask = loaded.programs.ask!
    const tracing = await kernel.load(replace, {
      only: ["enter_answer", "leave_answer"],
      targets: { enter_answer: { program: ask }, leave_answer: { program: ask } },
    })
    const links = await tracing.attach()
    await answer(ask)
    for (const link of links) await link.detach()
    await answer(ask)
    const seen = await globals(tracing)
    assert.deepEqual([seen.entered, seen.left, seen.question_seen, seen.answer_seen], [1n, 1n, 41n, 42n])
  })

  test("a function that the target lacks is refused with those it has", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(base, { only: ["ask"] })
    await assert.rejects(
      kernel.load(replace, {
        only: ["new_answer"],
        targets: { new_answer: { program: loaded.programs.ask!, function: "answr" } },
      }),
      { errno: "ENOENT", hint: /answer/ },
    )
  })
})

describe("test runs", () => {
  test("of xdp give the packet as the program left it", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(base, { only: ["mark"] })
    const { result, packet, duration } = await loaded.programs.mark!.run({ packet: PACKET, repeat: 3 })
    assert.equal(result, 2)
    assert.equal(packet.length, PACKET.length + 30)
    assert.equal(packet[0], 0xee)
    assert(duration > 0)
  })

  test("of tc give the context", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(base, { only: ["look"] })
    const context = new Uint8Array(192)
    const MARK = 8
    context[MARK] = 41
    const run = await loaded.programs.look!.run({ packet: PACKET, context })
    assert.equal(run.result, PACKET.length)
    assert.equal(run.context[MARK], 42)
  })

  attachStyle("syscall", "test run", async kernel => {
    const loaded = await kernel.load(base, { only: ["add"] })
    const context = new Uint8Array(BigUint64Array.of(40n, 2n, 0n).buffer)
    const run = await loaded.programs.add!.run({ context })
    assert.equal(run.result, 7)
    assert.equal(new BigUint64Array(run.context.buffer)[2], 42n)
  })

  attachStyle("raw_tracepoint", "test run", async kernel => {
    const loaded = await kernel.load(base, { only: ["enter"] })
    const run = await loaded.programs.enter!.run({
      context: new Uint8Array(BigUint64Array.of(0n, 59n).buffer),
    })
    assert.equal(run.result, 5)
    assert.equal((await globals(loaded)).events, 59n)
  })

  attachStyle(
    "kprobe",
    "test run",
    async kernel => {
      const loaded = await kernel.load(base, { only: ["count_rmdir"] })
      await loaded.programs.count_rmdir!.run({ context: new Uint8Array(168) })
    },
    { on: ["6.1", "6.12", "reference"], errno: "ENOTSUPP", reason: /no test run for kprobe/ },
  )
})
