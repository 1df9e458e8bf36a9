import assert from "node:assert/strict"
import { mkdirSync, rmdirSync } from "node:fs"
import { describe } from "node:test"
import { attachStyle, globals, programs, type Refusal } from "./style.ts"

const object = programs("inject")
const OURS = { globals: { wanted_pid: process.pid } }
/** Debian builds its kernels without CONFIG_FUNCTION_ERROR_INJECTION. */
const DEBIAN = ["6.1", "6.12"]

/** "ok", or the code of the error that removing a folder gave. */
function remove(): string {
  mkdirSync("/tmp/kept", { recursive: true })
  try {
    rmdirSync("/tmp/kept")
    return "ok"
  } catch (error) {
    return (error as { code: string }).code
  }
}

function injects(type: string, style: string, program: string, refusal: Refusal, injected = "EXDEV"): void {
  attachStyle(
    type,
    style,
    async kernel => {
      const loaded = await kernel.load(object, { only: [program], ...OURS })
      const [link] = await loaded.attach()
      assert.equal(remove(), injected)
      await link!.detach()
      assert.equal(remove(), "ok")
      assert.equal((await globals(loaded)).seen, 1n)
    },
    refusal,
  )
}

describe("functions that allow errors to be injected", () => {
  const noHelper = { on: DEBIAN, errno: "EINVAL", reason: /CONFIG_BPF_KPROBE_OVERRIDE/ }
  injects("kprobe", "ksyscall with bpf_override_return", "override_rmdir", noHelper)
  injects("kprobe", "kprobe.multi with bpf_override_return", "override_multi", noHelper)
  injects("tracing", "fmod_ret of a system call", "modify_rmdir", {
    on: DEBIAN,
    errno: "EINVAL",
    reason: /__x64_sys_rmdir\(\) is not modifiable.*CONFIG_FUNCTION_ERROR_INJECTION/,
  })
  const cannotSleep = {
    on: DEBIAN,
    errno: "EINVAL",
    reason: /is not sleepable.*CONFIG_FUNCTION_ERROR_INJECTION/,
  }
  injects("tracing", "fentry.s", "enter_rmdir", cannotSleep, "ok")
})
