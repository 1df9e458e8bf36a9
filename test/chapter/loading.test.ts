// What loading asks of the kernel's release, its options and the loading process.
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import type { Capability } from "../../src/catalog/index.ts"
import { runSkep } from "../../src/cli/testing.ts"
import { bootKernel } from "../../src/embedded/index.ts"
import { exhibitObject } from "./load.ts"

const fentry = fileURLToPath(new URL("../../exhibits/fentry/program.bpf.o", import.meta.url))

test("before 5.5 there are no fentry programs", async () => {
  const { out } = await runSkep("verify", fentry, "--release", "all")
  const [entry = ""] = out.split("\n\n")
  expect(entry).toMatch(/^ +4\.4 to 5\.4 +rejected +looked up +program type tracing came with 5\.5$/m)
  expect(entry).toMatch(/^ +6\.1 +accepted +verified/m)
})

describe("a decoder of infrared light", () => {
  const decoder = exhibitObject("infrared-decoder")
  const CONFIG = { CONFIG_BPF_LIRC_MODE2: "y" }
  const errnoWith = async (capabilities: readonly Capability[]): Promise<string> => {
    const kernel = await bootKernel({ config: CONFIG })
    return kernel.load(decoder, { capabilities }).then(
      () => "loads",
      (error: { errno: string }) => error.errno,
    )
  }

  // CAP_NET_ADMIN, which networking asks for, does not matter here: since 5.8 the kernel asks for CAP_BPF alone.
  test.each<[Capability[], string]>([
    [[], "EPERM"],
    [["CAP_NET_ADMIN"], "EPERM"],
    [["CAP_BPF"], "loads"],
    [["CAP_BPF", "CAP_NET_ADMIN"], "loads"],
    [["CAP_SYS_ADMIN"], "loads"],
  ])("with %j %s", async (capabilities, expected) => {
    expect(await errnoWith(capabilities)).toBe(expected)
  })
})
