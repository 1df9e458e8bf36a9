import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { bootKernel } from "../../src/embedded/index.ts"
import { readObject } from "../../src/object/index.ts"
import { golden, RELEASES } from "./golden.ts"

interface GoldenHello {
  readonly events: readonly {
    readonly pid: number
    readonly uid: number
    readonly command: string
    readonly path: string
    readonly message: string
    /** Of the perf record, header and padding included. */
    readonly recordSize: number
    readonly rawSize: number
  }[]
  readonly lines: readonly { readonly flags: string; readonly text: string }[]
}

/** `struct perf_event_header` and the length of the raw data, in front of it. */
const RECORD_HEADER = 12

const exhibit = new URL("../../exhibits/hello/program.bpf.o", import.meta.url)

describe.each(RELEASES)("the hello exhibit on Linux %s and here", release => {
  test("reports the same events and lines, byte for byte but for pids", async () => {
    const linux = golden<GoldenHello>(release, "hello")
    const kernel = await bootKernel({ release })
    const object = await kernel.load(readObject(readFileSync(exhibit), { name: "hello" }))
    await object.attach()
    const { pid } = await kernel.world.exec("/bin/true")
    const ours = object.events().map(({ value, bytes }) => ({
      ...(value as object),
      recordSize: bytes.length + RECORD_HEADER,
      rawSize: bytes.length,
    }))
    expect(ours).toEqual(linux.events.map(event => ({ ...event, pid })))
    const real = linux.events[0]?.pid
    const lines = kernel.tracePipe.take().map(({ flags, text }) => ({ flags, text }))
    expect(lines).toEqual(
      linux.lines.map(({ flags, text }) => ({ flags, text: text.replaceAll(String(real), String(pid)) })),
    )
  })
})
