import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel, type EmbeddedObject } from "../../src/embedded/index.ts"
import { readObject } from "../../src/object/index.ts"

interface Golden {
  readonly child: number
  readonly events: readonly GoldenEvent[]
  readonly traceFlags: Readonly<Record<string, string>>
}

interface GoldenEvent {
  readonly size: number
  readonly pid: number
  readonly comm: string
  readonly hook: string
  readonly text: string
  readonly value: string
  readonly ip: string
}

/** The name of the process that forked: the recorder there, a shell here. */
const PARENT = "recorder"

function golden(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")) as Golden
}

async function attached(
  file: string,
  release: string,
): Promise<{ kernel: EmbeddedKernel; object: EmbeddedObject }> {
  const kernel = await bootKernel({ release })
  const object = await kernel.load(readObject(readFileSync(new URL(file, import.meta.url)), { name: file }))
  await object.attach()
  return { kernel, object }
}

/** Reported events as the golden files have them. */
function eventsOf(object: EmbeddedObject): GoldenEvent[] {
  return object.events().map(({ value, bytes }) => {
    const fields = value as Record<string, unknown>
    const plain = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        typeof field === "bigint" ? field.toString() : field,
      ]),
    )
    return { size: bytes.length, ...plain } as unknown as GoldenEvent
  })
}

/** What the child's own program does between its execve and its exit is not part of the path. */
function withoutProgram(events: readonly GoldenEvent[]): GoldenEvent[] {
  const start = events.findIndex(event => event.hook === "raw_tp sys_exit")
  const end = events.findIndex(event => event.hook === "tp sys_enter_exit_group")
  return [...events.slice(0, start + 1), ...events.slice(end)]
}

describe.each(["6.1", "6.12"])("on Linux %s and on the embedded kernel of that release", release => {
  test("the hello exhibit reports the same events, byte for byte but for ids and the parent's name", async () => {
    const { kernel, object } = await attached("../../exhibits/hello/program.bpf.o", release)
    const { pid } = await kernel.world.exec("/bin/true")
    const real = golden(`hello-${release}`)
    const rename = (event: GoldenEvent): GoldenEvent => {
      const { command } = event as unknown as { command: string }
      return { ...event, pid, command: command === PARENT ? "sh" : command } as unknown as GoldenEvent
    }
    expect(eventsOf(object)).toEqual(real.events.map(rename))
  })

  test("one fork, execve and exit pass the same hooks in the same order", async () => {
    const { kernel, object } = await attached("exec-path.bpf.o", release)
    await kernel.world.exec("/bin/true")
    const real = withoutProgram(golden(`exec-path-${release}`).events)
    const steps = (events: readonly GoldenEvent[]): string[] =>
      events.map(({ comm, hook }) => `${comm === PARENT ? "sh" : comm}: ${hook}`)
    expect(steps(withoutProgram(eventsOf(object)))).toEqual(steps(real))
  })

  test("probes see the same instruction pointers and results", async () => {
    const { kernel, object } = await attached("exec-path.bpf.o", release)
    await kernel.world.exec("/bin/true")
    const real = golden(`exec-path-${release}`).events
    // Pointers, pids and what functions without a result leave in the register differ.
    const comparable =
      /^(kprobe|ksyscall|tp sys_|kretsyscall|raw_tp sys_|kretprobe (security|bprm_execve|begin_new))/
    const facts = (events: readonly GoldenEvent[]): string[] =>
      withoutProgram(events)
        .filter(({ hook }) => comparable.test(hook))
        .map(({ hook, ip, value }) => `${hook}: ip +${ip}, value ${value}`)
    expect(facts(eventsOf(object))).toEqual(facts(real))
  })

  test("trace pipe lines carry the same flags", async () => {
    const { kernel, object } = await attached("exec-path.bpf.o", release)
    await kernel.world.exec("/bin/true")
    const real = golden(`exec-path-${release}`).traceFlags
    const ours = kernel.tracePipe.take()
    expect(ours.length).toBeGreaterThan(60)
    const differing = ours.filter(line => line.text in real && line.flags !== real[line.text])
    expect(differing.map(line => `${line.text}: ${line.flags}, Linux ${real[line.text]}`)).toEqual([])
    expect(object.maps.output?.storage.records?.lost).toBe(0)
  })

  test("opening and removing a file passes the same hooks with the same names and results", async () => {
    const { kernel, object } = await attached("file-path.bpf.o", release)
    const process = kernel.world.spawn()
    expect(process.open("/tmp/there", { create: true }).ok).toBe(true)
    const opened = eventsOf(object)
    process.unlink("/tmp/there")
    const removed = eventsOf(object)
    const real = golden(`file-path-${release}`).events
    const steps = (events: readonly GoldenEvent[]): string[] =>
      events.map(({ hook, text, value }) => `${hook} ${text} ${value}`)
    expect(steps(opened)).toEqual(steps(real.filter(event => event.comm === "cat")))
    expect(steps(removed)).toEqual(steps(real.filter(event => event.comm === "rm")))
  })
})
