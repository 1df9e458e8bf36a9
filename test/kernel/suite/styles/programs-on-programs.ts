import assert from "node:assert/strict"
import type { Program } from "skep"
import { numbers, type StyleGroup } from "./style.ts"

const PACKET = new Uint8Array(64)

async function answer(program: Program): Promise<number> {
  return (await program.run({ packet: PACKET })).result
}

export const PROGRAMS_ON_PROGRAMS: StyleGroup = {
  title: "programs about programs",
  styles: [
    {
      programType: "ext",
      style: "freplace",
      async run(scene) {
        const { ask } = (await scene.load("base", { only: ["ask"] })).programs
        assert.equal(await answer(ask!), 42)
        const changed = await scene.load("replace", {
          only: ["new_answer"],
          targets: { new_answer: { program: ask!, function: "answer" } },
        })
        const [link] = await changed.attach()
        assert.equal(await answer(ask!), 141)
        await link!.detach()
        assert.equal(await answer(ask!), 42)
      },
    },
    {
      programType: "tracing",
      style: "fentry and fexit of a program",
      async run(scene) {
        const { ask } = (await scene.load("base", { only: ["ask"] })).programs
        const tracing = await scene.load("replace", {
          only: ["enter_answer", "leave_answer"],
          targets: { enter_answer: { program: ask! }, leave_answer: { program: ask! } },
        })
        const links = await tracing.attach()
        await answer(ask!)
        for (const link of links) await link.detach()
        await answer(ask!)
        const { entered, left, question_seen, answer_seen } = numbers(tracing)
        assert.deepEqual([entered, left, question_seen, answer_seen], [1n, 1n, 41n, 42n])
      },
    },
  ],
}
