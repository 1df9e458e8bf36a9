import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { bootKernel } from "../boot.ts"

const objectOf = (name: string) => {
  const url = new URL(`../../../test/kernel/programs/${name}.bpf.o`, import.meta.url)
  return readObject(readFileSync(url), { name })
}
const [base, replace] = [objectOf("base"), objectOf("replace")]
const packet = new Uint8Array(64)

test.each(["interpreter", "wasm"] as const)(
  "entry and return of a program's function are seen, with its numbers: %s",
  async engine => {
    await using kernel = await bootKernel({ release: "6.12", engine })
    const { ask } = (await kernel.load(base, { only: ["ask"] })).programs
    const targets = { enter_answer: { program: ask! }, leave_answer: { program: ask! } }
    const watcher = await kernel.load(replace, { only: Object.keys(targets), targets })
    const links = await watcher.attach()
    expect((await ask!.run({ packet })).result).toBe(42)
    for (const link of links) await link.detach()
    expect((await ask!.run({ packet })).result).toBe(42)
    expect({ ...watcher.globals }).toMatchObject({
      entered: 1n,
      left: 1n,
      question_seen: 41n,
      answer_seen: 42n,
    })
  },
)

test("a function is watched or replaced, and a watcher is attached once", async () => {
  await using kernel = await bootKernel({ release: "6.12" })
  const { ask } = (await kernel.load(base, { only: ["ask"] })).programs
  const on = (program: string) => ({ only: [program], targets: { [program]: { program: ask! } } })
  const watcher = (await kernel.load(replace, on("enter_answer"))).programs.enter_answer!
  const other = (await kernel.load(replace, on("new_answer"))).programs.new_answer!
  const link = await watcher.attach()
  await expect(other.attach()).rejects.toMatchObject({ errno: "EBUSY" })
  await link.detach()
  await expect(watcher.attach()).rejects.toMatchObject({ errno: "EINVAL" })
  await other.attach()
  const late = (await kernel.load(replace, on("leave_answer"))).programs.leave_answer!
  await expect(late.attach()).rejects.toMatchObject({ errno: "EBUSY" })
})

test("tracing programs are watched since 6.8, and what watches them is not", async () => {
  const nest = async (release: string) => {
    await using kernel = await bootKernel({ release })
    const { ask } = (await kernel.load(base, { only: ["ask"] })).programs
    let program = ask!
    for (const [name, wanted] of [
      ["enter_answer", "answer"],
      ["leave_answer", "enter_answer"],
      ["enter_answer", "leave_answer"],
    ] as const) {
      const loaded = await kernel.load(replace, {
        only: [name],
        targets: { [name]: { program, function: wanted } },
      })
      program = loaded.programs[name]!
    }
  }
  await expect(nest("6.1")).rejects.toThrow("Cannot recursively attach")
  await expect(nest("6.12")).rejects.toThrow("Cannot nest tracing program attach more than once")
})
