import { SkepError } from "../../base/index.ts"
import { formatCall, type KernelObjects } from "../../kernel/index.ts"
import type { LinuxKernel } from "../../linux/index.ts"
import type { Io } from "../io.ts"

/** A kernel whose objects commands look at. */
export interface OpenKernel extends AsyncDisposable {
  readonly objects: KernelObjects
  /** Loads and attaches. */
  readonly kernel: LinuxKernel
}

/** The kernel that the options ask for. Throws SkepError where there is none that keeps objects. */
export async function openObjects(
  flags: { readonly linux?: true; readonly strace?: true },
  io: Io,
): Promise<OpenKernel> {
  if (!flags.linux)
    throw new SkepError("the embedded kernel does not keep objects between commands yet", {
      hint: "say --linux for the machine's own kernel: skep --linux …",
    })
  const { LinuxObjects, openLinuxKernel } = await import("../../linux/index.ts")
  const kernel = await openLinuxKernel(
    flags.strace ? { onCall: call => io.err(`${formatCall(call)}\n`) } : {},
  )
  return {
    kernel,
    objects: new LinuxObjects(kernel),
    [Symbol.asyncDispose]: () => kernel[Symbol.asyncDispose](),
  }
}
