import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { type ObjectSpec, readObject, SkepError } from "skep"
import { type LinuxKernel, type LinuxObject, openLinuxKernel } from "skep/linux"
import { recordRow } from "../table.ts"

/** Kernels that refuse a style ("6.1", "6.12", "reference"), with the errno and a word of the reason. */
export interface Refusal {
  readonly on: readonly string[]
  readonly errno: string
  readonly reason: RegExp
}

/** The family of the kernel: "6.12". */
export const release = process.env.SKEP_KERNEL ?? ""

/** Which kernel it is: that of Debian of this release, or "reference". */
export const guest = process.env.SKEP_GUEST ?? ""

/** An object of test/kernel/programs. */
export function programs(name: string): ObjectSpec {
  return readObject(readFileSync(`/skep/test/programs/${name}.bpf.o`), { name })
}

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
    if (!isRefused) {
      await run(kernel)
      recordRow({ programType, style, outcome: "works" })
      return
    }
    await assert.rejects(run(kernel), (error: unknown) => {
      assert(error instanceof SkepError, String(error))
      const reason = error.hint ? `${error.message}; ${error.hint}` : error.message
      assert.equal(error.errno, refusal?.errno, reason)
      assert.match(reason, refusal?.reason ?? /^$/)
      recordRow({ programType, style, outcome: { errno: error.errno ?? "", reason } })
      return true
    })
  })
}

/** The object's global variables. */
export async function globals(object: LinuxObject): Promise<Record<string, bigint>> {
  const map = Object.values(object.maps).find(map => map.spec.kind === "bss")
  assert(map, "the object has no zeroed globals")
  return (await map.get(0)) as Record<string, bigint>
}
