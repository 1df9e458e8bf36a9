// The chapter's first example: six programs on the path of one execve(2), on a kernel that has do_execve (5.15 here) and on those
// that have inlined it.
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { runSkep } from "../../src/cli/testing.ts"
import { bootKernel, type EmbeddedKernel, type EmbeddedSample } from "../../src/embedded/index.ts"
import { chapterObject } from "./load.ts"

const hello = chapterObject("hello")
const NEEDS_DO_EXECVE = ["kprobe_do_execve", "fentry_execve"]
const LONG_PATH = "/usr/bin/a-program-with-a-long-name"

interface Data {
  readonly pid: number
  readonly uid: number
  readonly command: string
  readonly message: string
  readonly path: string
}

async function eventsOf(kernel: EmbeddedKernel, path: string, only?: string[]): Promise<EmbeddedSample[]> {
  const object = await kernel.load(hello, only ? { only } : {})
  await object.attach()
  await kernel.world.exec(path)
  return object.events()
}

function line({ value }: EmbeddedSample): string {
  const { pid, uid, command, path, message } = value as Data
  const columns = [String(pid).padEnd(6), String(uid).padEnd(6), command.padEnd(16), path.padEnd(16)]
  return [...columns, message].join(" ")
}

describe("hello", () => {
  test("is built for two machines, one of them without the programs of type tracing", async () => {
    const arm = chapterObject("hello-arm64")
    const names = hello.programs.map(({ name }) => name)
    expect(names).toHaveLength(6)
    expect(arm.programs.map(({ name }) => name)).toEqual(
      names.filter(name => !["fentry_execve", "tp_btf_exec"].includes(name)),
    )
    const kernel = await bootKernel({ release: "5.15" })
    expect(Object.keys((await kernel.load(hello)).programs)).toHaveLength(6)
    // Two ask for no register: any machine takes them. The others name registers that this one lacks.
    const only = ["tp_sys_enter_execve", "raw_tp_exec"]
    expect(Object.keys((await kernel.load(arm, { only })).programs)).toEqual(only)
    await expect(kernel.load(arm)).rejects.toThrow("the target has no struct user_pt_regs")
  })

  test("tells of one exec six times where do_execve is a function", async () => {
    const events = await eventsOf(await bootKernel({ release: "5.15" }), "/bin/true")
    expect(events.map(({ value }) => (value as Data).message)).toEqual([
      "tp_execve",
      "sys_execve",
      "do_execve",
      "fentry_execv",
      "tp_btf_exec",
      "raw_tp_exec",
    ])
  })

  test.each(["6.1", "6.12"])(
    "is refused as a whole by %s, where do_execve is inlined; four remain",
    async release => {
      const kernel = await bootKernel({ release })
      await expect(kernel.load(hello)).rejects.toThrow("failed to find kernel BTF type ID of 'do_execve': -3")
      const only = hello.programs.map(({ name }) => name).filter(name => !NEEDS_DO_EXECVE.includes(name))
      const events = await eventsOf(kernel, "/bin/true", only)
      const { pid } = events[0]!.value as Data
      expect(events.map(line)).toEqual([
        `${pid}    0      sh               /bin/true        tp_execve`,
        `${pid}    0      sh               /bin/true        sys_execve`,
        `${pid}    0      true                              tp_btf_exec`,
        `${pid}    0      true                              raw_tp_exec`,
      ])
    },
  )

  test("cuts texts that are too long, and nothing ends them", async () => {
    const kernel = await bootKernel({ release: "5.15" })
    kernel.files.create(LONG_PATH, { mode: 0o755 })
    const [event] = await eventsOf(kernel, LONG_PATH, ["fentry_execve"])
    const [message, path] = [24, 36]
    expect(text(event, message, 12)).toBe("fentry_execv")
    expect(text(event, path, 16)).toBe(LONG_PATH.slice(0, 16))
  })

  test("shows which texts nothing ends", async () => {
    const object = fileURLToPath(new URL("programs/hello.bpf.o", import.meta.url))
    const args = ["run", object, "--release", "5.15", "--only", "fentry_execve"]
    const { out } = await runSkep(...args)
    expect(out).toMatch(/^ {2}output {2}101 {2}0 {4}sh {7}fentry_execv… {2}\/bin\/true$/m)
    expect(out).toContain("note: …: no NUL ends this text, and there may have been more\n")
    const { events } = JSON.parse((await runSkep(...args, "--json")).out) as { events: unknown[] }
    expect(events).toMatchObject([{ unterminated: ["message"] }])
  })

  test("reads the record of a tracepoint at the places that its format names", async () => {
    const kernel = await bootKernel()
    const object = await kernel.load(hello, { only: ["tp_sys_enter_execve"] })
    await object.attach()
    await kernel.world.exec("/bin/true")
    const [event] = object.events()
    const { number, arguments: argv, environment } = object.globals
    const [SYS_execve, POINTER] = [59n, 8n]
    expect([(event!.value as Data).path, number]).toEqual(["/bin/true", SYS_execve])
    // argv holds the name and NULL, and the environment comes behind it.
    expect((environment as bigint) - (argv as bigint)).toBe(2n * POINTER)
  })
})

function text(event: EmbeddedSample | undefined, offset: number, size: number): string {
  return String.fromCharCode(...(event?.bytes.subarray(offset, offset + size) ?? []))
}
