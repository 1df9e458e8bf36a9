// Every attach style on the guest's kernel; test/attach-styles.test.ts tries the same on the embedded one.
import { after, before, describe, test } from "node:test"
import type { UserProgram } from "skep"
import { type LinuxKernel, type LinuxWorld, openLinuxKernel, openLinuxWorld } from "skep/linux"
import { STYLE_GROUPS } from "./styles/index.ts"
import { Scene, tryStyle } from "./styles/style.ts"
import { recordRow } from "./table.ts"

/** Which kernel it is: that of Debian of this release, or "reference". */
const guest = process.env.SKEP_GUEST ?? ""
const { SHOP } = (await import("/skep/test/exhibits/programs/shop.js" as string)) as {
  readonly SHOP: UserProgram
}

for (const { title, prepare, styles } of STYLE_GROUPS)
  describe(title, () => {
    let kernel: LinuxKernel
    let world: LinuxWorld
    let scene: Scene
    before(async () => {
      kernel = await openLinuxKernel()
      world = openLinuxWorld(kernel)
      scene = new Scene(kernel, world, SHOP)
      await prepare?.(scene)
    })
    after(async () => {
      await world[Symbol.asyncDispose]()
      await kernel[Symbol.asyncDispose]()
    })
    for (const each of styles) {
      const { programType, style, refusal } = each
      test(`${style}: ${refusal?.on.includes(guest) ? "is refused" : "works"}`, async () => {
        recordRow({ programType, style, outcome: await tryStyle(each, scene, guest) })
      })
    }
  })
