import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { readCapture } from "../../pcap/index.ts"
import { classicFile } from "../../pcap/testing/captures.ts"
import { runSkep } from "../testing.ts"

const exhibit = (name: string): string =>
  fileURLToPath(new URL(`../../../exhibits/${name}/program.bpf.o`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "skep-replay-"))
afterAll(() => rmSync(folder, { recursive: true }))
const [input, output] = [join(folder, "in.pcap"), join(folder, "out.pcap")]

/** An echo request to an address, from 10.0.0.9. */
function request(...address: readonly number[]): Uint8Array {
  const ip = [0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 0, 9, ...address]
  const sum = ip.reduce((sum, byte, index) => sum + (index % 2 === 0 ? byte << 8 : byte), 0)
  const checksum = ~(sum + (sum >> 16)) & 0xffff
  ip.splice(10, 2, checksum >> 8, checksum & 0xff)
  return Uint8Array.from([2, 0, 0, 0, 0, 66, 2, 0, 0, 0, 0, 9, 8, 0, ...ip, 8, 0, 0xf7, 0xfe, 0, 0, 0, 1])
}

const SECONDS = 1_700_000_000
writeFileSync(
  input,
  classicFile("big", {
    records: [
      { seconds: SECONDS, fraction: 5, bytes: request(10, 9, 0, 1) },
      { seconds: SECONDS + 60, fraction: 0, bytes: request(10, 8, 0, 1) },
      { seconds: SECONDS + 61, fraction: 7, bytes: request(10, 9, 0, 2) },
    ],
  }),
)

test("packets of a capture come in at their times, and what leaves is a capture", async () => {
  const { status, out, err } = await runSkep(
    ...["run", exhibit("xdp-echo"), "--json", "--pcap", input, "--iface", "lan0", "-w", output],
  )
  expect([status, err]).toEqual([0, ""])
  expect(JSON.parse(out).packets).toEqual({
    interface: "lan0",
    received: 3,
    sent: 2,
    file: output,
    verdicts: [
      { program: "echo", action: "XDP_TX", count: 2 },
      { program: "echo", action: "XDP_PASS", count: 1 },
    ],
  })
  const answers = readCapture(readFileSync(output), { name: output })
  expect(answers.map(({ bytes }) => [...bytes.subarray(26, 35)])).toEqual([
    [10, 9, 0, 1, 10, 0, 0, 9, 0],
    [10, 9, 0, 2, 10, 0, 0, 9, 0],
  ])
  const [first, second] = answers.map(({ time }) => Number(time - BigInt(SECONDS) * 1_000_000_000n))
  expect(first).toBeGreaterThanOrEqual(5000)
  expect(first).toBeLessThan(1e6)
  expect(second! - first!).toBeGreaterThan(60.9e9)
})

test("programs of traffic control stand on the interface, the report is text too", async () => {
  const { out } = await runSkep("run", exhibit("tcx-chain"), "--pcap", input)
  expect(out).toContain("tcx eth0 ingress")
  expect(out).toMatch(/packets\n {2}eth0: 3 came in, 0 left\n {2}count {3}TCX_NEXT {2}3\n/)
})

test("the interface has addresses, and the stack answers", async () => {
  const { out } = await runSkep(
    ...["run", exhibit("tcx-chain"), "--only", "count", "--pcap", input],
    ...["--address", "10.9.0.1/8", "--mac", "02:00:00:00:00:42"],
  )
  expect(out).toContain("eth0: 3 came in, 1 left")
})

test.each([
  [["-w", output], "--write has no meaning here"],
  [["--pcap", exhibit("xdp-echo")], "offset 0: a capture starts with"],
  [["--pcap", input, "--scenario", "a.ts"], "--scenario has no meaning here"],
  [["--pcap", input, "--mac", "2"], "'2' is no link-layer address (EINVAL)"],
])("%j is refused", async (flags, message) => {
  const { status, err } = await runSkep("run", exhibit("xdp-echo"), ...flags)
  expect(status).not.toBe(0)
  expect(err).toContain(message)
})
