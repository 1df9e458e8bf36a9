import { SkepError } from "../../base/index.ts"
import type { NounFlags } from "../../bpftool/index.ts"
import { formatCall, type OpenKernel } from "../../kernel/index.ts"
import type { LinuxKernel } from "../../linux/index.ts"
import type { Io } from "../io.ts"

const DEFAULT_RELEASE = "6.12"

/** The kernel that the options ask for. Throws SkepError where there is none that keeps objects. */
export async function openObjects(flags: NounFlags, io: Io): Promise<OpenKernel> {
  if (!flags.linux)
    throw new SkepError("the embedded kernel does not keep objects between commands", {
      hint: "say --linux for the machine's own kernel (skep --linux …), or use bpftool inside one embedded kernel: skep shell",
    })
  const { openLinux } = await import("../../linux/index.ts")
  return openLinux(await openLinuxKernel(flags, io))
}

/** The machine's kernel, with --strace told of each call. */
export async function openLinuxKernel({ strace }: { readonly strace?: true }, io: Io): Promise<LinuxKernel> {
  const { openLinuxKernel: open } = await import("../../linux/index.ts")
  return open(strace ? { onCall: call => io.err(`${formatCall(call)}\n`) } : {})
}

/** A kernel for one object: an embedded one unless the machine's own is asked for. */
export async function openForFile(flags: NounFlags, io: Io): Promise<OpenKernel> {
  if (flags.linux) return openObjects(flags, io)
  const [{ bootKernel, openEmbedded }, { loadProfile }] = await Promise.all([
    import("../../embedded/index.ts"),
    import("../../profile/node.ts"),
  ])
  const release = typeof flags.release === "string" ? flags.release : DEFAULT_RELEASE
  const kernel = await bootKernel({ profile: await loadProfile(release) })
  return { ...openEmbedded(kernel), [Symbol.asyncDispose]: () => kernel[Symbol.asyncDispose]() }
}
