import assert from "node:assert/strict"
import { type AttachStyle, numbers, type Scene, type StyleGroup } from "./style.ts"

const FOLDER = "/tmp/single"

function removeFolder({ world }: Scene): void {
  world.makeDirectory(FOLDER)
  world.removeDirectory(FOLDER)
}

/** The programs of hooks.bpf.c, which count what this process does. */
const load = (scene: Scene, program: string) =>
  scene.load("hooks", { only: [program], globals: { wanted_pid: scene.world.pid } })

const bySection = (programType: string, style: string, program: string): AttachStyle => ({
  programType,
  style,
  async run(scene) {
    const loaded = await load(scene, program)
    const [link] = await loaded.attach()
    assert(link!.id > 0, "it is a BPF link")
    removeFolder(scene)
    assert.equal(numbers(loaded).hits, 1n)
    await link!.detach()
    removeFolder(scene)
    assert.equal(numbers(loaded).hits, 1n)
  },
})

export const SINGLE_HOOKS: StyleGroup = {
  title: "one hook of the kernel",
  styles: [
    bySection("kprobe", "kprobe", "on_kprobe"),
    bySection("kprobe", "kretprobe", "on_kretprobe"),
    bySection("kprobe", "ksyscall", "on_ksyscall"),
    bySection("kprobe", "kretsyscall", "on_kretsyscall"),
    bySection("tracepoint", "tracepoint", "on_tracepoint"),
    bySection("raw_tracepoint", "raw_tracepoint", "on_raw_tracepoint"),
    bySection("raw_tracepoint_writable", "raw_tracepoint.w", "on_writable"),
    bySection("tracing", "tp_btf", "on_tp_btf"),
  ],
}
