import type { KernelProfile } from "../profile/index.ts"
import { EmbeddedKernel, type EmbeddedKernelOptions } from "./embedded-kernel.ts"

export interface BootOptions extends EmbeddedKernelOptions {
  /** A built-in release, such as "6.12" (the default). */
  readonly release?: string
  /** A profile of one's own instead: in a browser the only way. */
  readonly profile?: KernelProfile
  /** Options that the kernel is built with otherwise than its profile says: "CONFIG_BPF_LIRC_MODE2" → "y". */
  readonly config?: Readonly<Record<string, string>>
}

/**
 * Boots a model of Linux in this process: no root, no kernel, any operating system. Throws ProfileError when there
 * is no profile of that release. Close it with `await using` or `[Symbol.asyncDispose]()`.
 */
export async function bootKernel(options: BootOptions = {}): Promise<EmbeddedKernel> {
  const profile = options.profile ?? (await builtinProfile(options.release ?? "6.12"))
  return new EmbeddedKernel(options.config ? profile.withConfig(options.config) : profile, options)
}

/** Built-in profiles are files of this package; only Node can read them, so only there is the reader loaded. */
async function builtinProfile(release: string): Promise<KernelProfile> {
  const { loadBuiltinProfile } = await import("../profile/node.ts")
  return loadBuiltinProfile(release)
}
