import assert from "node:assert/strict"
import { removeFolder } from "./remove-folder.ts"
import { type AttachStyle, numbers, type Refusal, type Scene, type StyleGroup } from "./style.ts"

const KEPT = "/tmp/kept"

/** Debian builds its kernels without CONFIG_FUNCTION_ERROR_INJECTION. */
const onDebian = (reason: RegExp): Refusal => ({ on: ["6.1", "6.12"], errno: "EINVAL", reason })

function injects(
  programType: string,
  style: string,
  program: string,
  reason: RegExp,
  injected = "EXDEV",
): AttachStyle {
  const run = async (scene: Scene): Promise<void> => {
    const loaded = await scene.load("inject", {
      only: [program],
      globals: { wanted_pid: scene.world.pid },
    })
    const [link] = await loaded.attach()
    assert.equal(removeFolder(scene, KEPT), injected)
    await link!.detach()
    assert.equal(removeFolder(scene, KEPT), "ok")
    assert.equal(numbers(loaded).seen, 1n)
  }
  return { programType, style, run, refusal: onDebian(reason) }
}

export const ERROR_INJECTION: StyleGroup = {
  title: "functions that allow errors to be injected",
  styles: [
    injects("kprobe", "ksyscall with bpf_override_return", "override_rmdir", /CONFIG_BPF_KPROBE_OVERRIDE/),
    injects(
      "kprobe",
      "kprobe.multi with bpf_override_return",
      "override_multi",
      /CONFIG_BPF_KPROBE_OVERRIDE/,
    ),
    injects(
      "tracing",
      "fmod_ret of a system call",
      "modify_rmdir",
      /__x64_sys_rmdir\(\) is not modifiable.*CONFIG_FUNCTION_ERROR_INJECTION/,
    ),
    injects("tracing", "fentry.s", "enter_rmdir", /is not sleepable.*CONFIG_FUNCTION_ERROR_INJECTION/, "ok"),
  ],
}
