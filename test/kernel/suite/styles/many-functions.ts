import assert from "node:assert/strict"
import { numbers, type Refusal, type Scene, type StyleGroup } from "./style.ts"

const FOLDER = "/tmp/folder"
const NO_FPROBE: Refusal = { on: ["6.1"], errno: "EOPNOTSUPP", reason: /without CONFIG_FPROBE/ }

function removeFolder({ world }: Scene): void {
  world.makeDirectory(FOLDER)
  world.removeDirectory(FOLDER)
}

const load = (scene: Scene, program: string) =>
  scene.load("functions", { only: [program], globals: { wanted_pid: scene.world.pid } })

export const MANY_FUNCTIONS: StyleGroup = {
  title: "many functions of the kernel",
  styles: [
    {
      programType: "kprobe",
      style: "kprobe.multi",
      refusal: NO_FPROBE,
      async run(scene) {
        const loaded = await load(scene, "on_entry")
        const program = loaded.programs.on_entry!
        const link = await program.attach({ kind: "kprobeMulti", functions: "vfs_?kdi*" })
        removeFolder(scene)
        const { entries, addresses } = numbers(loaded)
        assert.deepEqual([entries, addresses], [1n, 1n])
        await link.detach()
        const functions = ["vfs_mkdir", "vfs_rmdir"]
        const told = await program.attach({ kind: "kprobeMulti", functions, cookies: [100n, 20n] })
        removeFolder(scene)
        assert.equal(numbers(loaded).cookies, 120n)
        await told.detach()
        removeFolder(scene)
        assert.equal(numbers(loaded).entries, 3n)
      },
    },
    {
      programType: "kprobe",
      style: "kretprobe.multi",
      refusal: NO_FPROBE,
      async run(scene) {
        const loaded = await load(scene, "on_return")
        const [link] = await loaded.attach()
        removeFolder(scene)
        await link!.detach()
        removeFolder(scene)
        assert.equal(numbers(loaded).returns, 1n)
      },
    },
    {
      programType: "kprobe",
      style: "kprobe.session",
      refusal: { ...NO_FPROBE, errno: "EINVAL" },
      async run(scene) {
        const loaded = await load(scene, "on_session")
        const [link] = await loaded.attach()
        removeFolder(scene)
        await link!.detach()
        removeFolder(scene)
        assert.equal(numbers(loaded).session, 2n, "once at entry, once at return")
      },
    },
  ],
}
