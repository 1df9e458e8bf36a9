import assert from "node:assert/strict"
import { test } from "node:test"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { outcomeOf, type Refusal } from "../styles/style.ts"
import { recordRow } from "../table.ts"

export { programs } from "../styles/style.ts"

/** The family of the kernel: "6.12". */
export const release = process.env.SKEP_KERNEL ?? ""

/** Which kernel it is: that of Debian of this release, or "reference". */
export const guest = process.env.SKEP_GUEST ?? ""

/** A test of one attach style: `run` works, or throws what `refusal` says. Either goes into the table. */
export function attachStyle(
  programType: string,
  style: string,
  run: (kernel: LinuxKernel) => Promise<void>,
  refusal?: Refusal,
): void {
  const isRefused = refusal?.on.includes(guest)
  test(`${style} ${isRefused ? "is refused" : "works"}`, async () => {
    await using kernel = await openLinuxKernel()
    recordRow({ programType, style, outcome: await outcomeOf(() => run(kernel), refusal, guest) })
  })
}

/** The object's global variables. */
export async function globals(object: LinuxObject): Promise<Record<string, bigint>> {
  const map = Object.values(object.maps).find(map => map.spec.kind === "bss")
  assert(map, "the object has no zeroed globals")
  return (await map.get(0)) as Record<string, bigint>
}
