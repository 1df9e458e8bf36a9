import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { object, type Ran, skep } from "./compare.ts"

/** Rings and pipes are ready some time after the command started. */
const OPENED = 600
const PATIENCE = 60_000

describe("commands that follow what programs write", () => {
  let kernel: LinuxKernel
  let loaded: LinuxObject

  before(async () => {
    kernel = await openLinuxKernel()
    loaded = await kernel.load(object("events"))
  })
  after(() => kernel[Symbol.asyncDispose]())

  const report = (): unknown => loaded.programs.report!.run({ packet: new Uint8Array(64) })

  /** What bpftool prints about three reports until it is interrupted. */
  async function theirs(words: readonly string[], isReady: () => boolean): Promise<Ran> {
    const child = spawn("bpftool", words)
    let [out, err] = ["", ""]
    child.stdout.on("data", data => {
      out += data
    })
    child.stderr.on("data", data => {
      err += data
    })
    for (let waited = 0; !isReady() && waited < PATIENCE; waited += 50) await setTimeout(50)
    await setTimeout(OPENED)
    for (let count = 0; count < 3; count++) report()
    await setTimeout(OPENED)
    child.kill("SIGINT")
    const status = await new Promise<number>(resolve => child.on("close", code => resolve(code ?? -1)))
    return { status, out, err }
  }

  /** The same of skep, in this process: SIGHUP interrupts it and nobody else. */
  async function ours(words: readonly string[]): Promise<Ran> {
    const ran = skep(...words)
    await setTimeout(OPENED)
    for (let count = 0; count < 3; count++) report()
    await setTimeout(OPENED)
    process.emit("SIGHUP")
    return ran
  }

  function descriptors(process: string): string {
    return spawnText("sh", "-c", `ls -l /proc/$(pidof ${process})/fd 2>/dev/null`)
  }

  const untimed = (text: string): string =>
    text
      .replaceAll(/@\d+\.\d{9}/g, "@T")
      .replaceAll(/("timestamp": ?)\d+/g, "$1T")
      .replaceAll(/\[\d{3}\] .*?: bpf_trace/g, "[CPU] T: bpf_trace")
      .replaceAll(/CPU: \d+ index: \d+/g, "CPU: N index: N")
      .replaceAll(/("(?:cpu|index)": ?)\d+/g, "$1N")

  test("map event_pipe", async () => {
    const id = String(loaded.maps.events!.id)
    for (const form of [[], ["-j"], ["-p"]]) {
      const words = [...form, "map", "event_pipe", "id", id]
      const wanted = await theirs(words, () => descriptors("bpftool").includes("perf_event"))
      const given = await ours(words)
      assert.equal(untimed(given.out), untimed(wanted.out), given.err + wanted.err)
      assert.equal(given.err, wanted.err)
      assert.match(given.out, form.length === 0 ? /62 65 65 73/ : /\[98,101,/)
      assert.equal(given.status, 0)
    }
    const words = ["map", "event_pipe", "id", id, "cpu", "0", "index", "1"]
    const wanted = await theirs(words, () => descriptors("bpftool").includes("perf_event"))
    assert.equal((await ours(words)).out, wanted.out, "programs write to the slot of their CPU")
    const { status, err } = await skep("map", "event_pipe", "id", id, "cpu", "0")
    assert.equal(status, 2)
    assert.match(err, /cpu and index must be specified together/)
  })

  test("prog tracelog", async () => {
    for (const form of [[], ["-j"], ["-p"]]) {
      const words = [...form, "prog", "tracelog"]
      writeFileSync("/sys/kernel/tracing/trace", "")
      const wanted = await theirs(words, () => descriptors("bpftool").includes("trace_pipe"))
      writeFileSync("/sys/kernel/tracing/trace", "")
      const given = await ours(words)
      assert.equal(untimed(given.out), untimed(wanted.out), given.err + wanted.err)
      assert.match(given.out, /bees are busy/)
      assert.equal(given.status, 0)
    }
  })

  test("both end as a process of its own does when it is interrupted", async () => {
    const args = ["/skep/bin/skep.js", "--linux", "prog", "tracelog"]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    child.stdout.on("data", data => {
      out += data
    })
    for (let waited = 0; out === "" && waited < PATIENCE; waited += 100) {
      report()
      await setTimeout(100)
    }
    child.kill("SIGINT")
    const status = await new Promise(resolve => child.on("close", resolve))
    assert.match(out, /bees are busy/)
    assert.equal(status, 0)
  })
})

function spawnText(command: string, ...args: string[]): string {
  return spawnSync(command, args, { encoding: "utf8" }).stdout
}
