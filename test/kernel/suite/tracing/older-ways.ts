import assert from "node:assert/strict"
import { mkdirSync, rmdirSync } from "node:fs"
import { describe } from "node:test"
import type { LinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"
import { TARGET, Target } from "./target.ts"

/** Makes Skep treat the kernel as one of before links of perf events and before cookies (5.15). */
function older(kernel: LinuxKernel): LinuxKernel {
  Object.assign(kernel.machine, { release: "5.10" })
  return kernel
}

const EINVAL = 22

function remove(): void {
  mkdirSync("/tmp/older")
  rmdirSync("/tmp/older")
}

describe("the ways of kernels before 5.15", () => {
  attachStyle("kprobe", "kprobe by ioctl", async kernel => {
    const loaded = await older(kernel).load(programs("base"), { only: ["count_rmdir"] })
    const [link] = await loaded.attach()
    assert.equal(link!.id, 0, "it is no BPF link")
    remove()
    assert.equal((await globals(loaded)).removals, 1n)
    await link!.detach()
    remove()
    assert.equal((await globals(loaded)).removals, 1n)
  })

  attachStyle("tracing", "fentry by BPF_RAW_TRACEPOINT_OPEN", async kernel => {
    const loaded = await kernel.load(programs("decide"), { only: ["fentry_rmdir"] })
    const { bpf } = kernel
    const whole = bpf.try.bind(bpf)
    const refuse: typeof whole = (command, structure, values, minimum) => {
      const made = whole(
        command === "BPF_LINK_CREATE" ? "BPF_LINK_DETACH" : command,
        structure,
        values,
        minimum,
      )
      return command === "BPF_LINK_CREATE" ? { ...made, result: -EINVAL } : made
    }
    bpf.try = refuse
    const [link] = await loaded.attach()
    bpf.try = whole
    remove()
    assert.equal((await globals(loaded)).seen, 1n)
    await link!.detach()
    remove()
    assert.equal((await globals(loaded)).seen, 1n)
  })

  attachStyle("kprobe", "uprobe by ioctl", async kernel => {
    await using target = new Target()
    const loaded = await older(kernel).load(programs("probes"), { only: ["by_section"] })
    const [link] = await loaded.attach()
    await target.act()
    assert.equal((await globals(loaded)).calls, 1n)
    await link!.detach()
    await target.act()
    assert.equal((await globals(loaded)).calls, 1n)
  })

  attachStyle("kprobe", "usdt by address", async kernel => {
    await using target = new Target()
    const loaded = await older(kernel).load(programs("probes"), { only: ["on_request"] })
    const [link] = await loaded.attach()
    assert.equal((await target.act()).semaphore, 2)
    const seen = await globals(loaded)
    assert.deepEqual([seen.requests, seen.codes, seen.constants], [2n, -8n, 155n])
    await link!.detach()
    assert.equal((await target.act()).semaphore, 0)
    const again = await loaded.attach()
    await target.act()
    assert.equal((await globals(loaded)).requests, 4n, "its places are free again")
    for (const link of again) await link.detach()
    await assert.rejects(
      loaded.programs.on_request!.attach({
        kind: "usdt",
        binary: `${TARGET}-pie`,
        provider: "skep",
        name: "request",
      }),
      { errno: "EOPNOTSUPP" },
    )
  })
})
