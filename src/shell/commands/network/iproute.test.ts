import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { setUp } from "../../../embedded/index.ts"
import { type TestShell, testShell } from "../../testing/run-lines.ts"

const OBJECT = fileURLToPath(new URL("../../../../test/kernel/programs/iproute.bpf.o", import.meta.url))
const recorded = readFileSync(new URL("../../testing/iproute-6.12.txt", import.meta.url), "utf8")

/** What Linux 6.12 answered to ip and tc of iproute2 6.1, recorded by test/kernel/suite/network/iproute.ts. */
const steps = recorded
  .split(/^\$ /m)
  .slice(1)
  .map(part => {
    const [line = "", ...rest] = part.split("\n")
    const [, text = "", status = ""] = /^([\s\S]*?)= (\d+)\n$/.exec(rest.join("\n")) ?? []
    return { line, text, status: Number(status) }
  })

/** Numbers that differ from machine to machine. */
function withoutNumbers(text: string): string {
  return (
    text
      .replace(/\bid \d+ name/g, "id N name")
      .replace(/load_time \d+ created_by_uid 0 btf_id \d+/g, "load_time N created_by_uid 0 btf_id N")
      .replace(/^\d+: (v\d)/gm, "N: $1")
      .replace(/@if\d+ */g, "@ifN ")
      .replace(/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, mac => (/^(00|ff)/.test(mac) ? mac : "MAC"))
      // Addresses that devices give themselves are not modelled.
      .replace(/^ {4}inet6 fe80::.*\n.*\n/gm, "")
      .replace(/ fe80::[0-9a-f:]+\/64/g, "")
      .replace(/^fe80::.* lladdr .*\n/gm, "")
      // Where a device is in "ip -br addr" by itself, such an address was all that it had of IPv6.
      .replace(/^\$ /gm, "")
  )
}

/** What is answered otherwise here: offload is refused before the program is loaded. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "ip link set dev v0 xdpoffload obj iproute.bpf.o sec xdp":
    "Error: This device takes no programs into its hardware.\n",
}

let machine: TestShell
beforeAll(async () => {
  machine = await testShell()
  // The recording's machine has no eth0.
  const { network } = machine.kernel
  network.removeDevice(network.initial.device("eth0")!)
  setUp(network.loopback(network.initial), true)
})
afterAll(() => machine[Symbol.asyncDispose]())

describe("ip and tc answer as on Linux 6.12", () => {
  test.each(steps)("$line", async ({ line, text, status }) => {
    const shown = await machine.run(line.replaceAll("obj iproute.bpf.o", `obj ${OBJECT}`))
    const expected = DIFFERENT[line] ?? text
    expect(withoutNumbers(shown)).toBe(withoutNumbers(expected))
    if (!(line in DIFFERENT)) expect(machine.shell.status).toBe(status)
  })
})
