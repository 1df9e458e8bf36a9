import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { runSkep } from "../testing.ts"

const object = fileURLToPath(new URL("../../../test/kernel/programs/test-run.bpf.o", import.meta.url))
const packet = join(tmpdir(), `skep-packet-${process.pid}`)
writeFileSync(packet, new Uint8Array(20))

test("skep prog show names the kernels that keep programs", async () => {
  expect(await runSkep("prog", "show")).toEqual({
    ...{ status: 1, out: "" },
    err: [
      "skep: the embedded kernel does not keep objects between commands",
      "  hint: say --linux for the machine's own kernel (skep --linux …), or use bpftool inside one embedded kernel: skep shell",
      "",
    ].join("\n"),
  })
})

describe("skep prog run file", () => {
  test("runs a program of an object on an embedded kernel", async () => {
    const words = ["file", object, "name", "xdp_count", "data_in", packet, "data_out", "-", "repeat", "3"]
    const { status, out } = await runSkep("prog", "run", ...words)
    expect(status).toBe(0)
    expect(out).toMatch(
      /^0000000\t0300 0000 .*\n0000010\t0000 0000 .*\nReturn value: 3, duration \(average\): \d+ns\n$/,
    )
  })

  test("says what the kernel refuses, and which programs there are", async () => {
    const refused = await runSkep("prog", "run", "file", object, "name", "probe", "ctx_in", packet)
    expect([refused.status, refused.out]).toEqual([1, ""])
    expect(refused.err).toContain("prog 'probe': test run: Unknown error 524 (ENOTSUPP)")
    const unnamed = await runSkep("prog", "run", "file", object, "data_in", packet)
    expect(unnamed.status).toBe(2)
    expect(unnamed.err).toContain("file OBJECT name xdp_look | ")
  })
})
