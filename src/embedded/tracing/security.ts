import { runGroupSecurity } from "../cgroups/security.ts"
import type { KernelCore } from "../core.ts"
import { type KernelFunction, kernelFunction, type Register, toRegister } from "./kernel-function.ts"

/** The BPF LSM has a function for each hook, which programs stand on. */
export const BPF_LSM_PREFIX = "bpf_lsm_"

/** What is not in the list of LSMs that this kernel was started with is never asked. */
export function isBpfLsmActive(kernel: KernelCore): boolean {
  return kernel.profile.lsms.includes("bpf")
}

/**
 * A place where the kernel asks its LSMs: `security_<name>`, and in it the BPF LSM's function for the hook. What the other
 * LSMs say is not modelled: they agree. 0 or a negative errno.
 */
export function securityCheck<Args extends readonly Register[]>(
  name: string,
  hook = name,
): KernelFunction<Args, number> {
  const ask = kernelFunction(BPF_LSM_PREFIX + hook, (_kernel, ..._args: Args): number => 0)
  return kernelFunction(`security_${name}`, (kernel, ...args: Args) => {
    if (!isBpfLsmActive(kernel)) return 0
    const answer = ask(kernel, ...args)
    return answer === 0 ? runGroupSecurity(kernel, hook, args.map(toRegister)) : answer
  })
}

/** A place where LSMs are told of something that they cannot refuse. */
export function securityNotice<Args extends readonly Register[]>(
  name: string,
  hook = name,
): KernelFunction<Args, undefined> {
  const tell = kernelFunction(BPF_LSM_PREFIX + hook, (_kernel, ..._args: Args): undefined => undefined)
  return kernelFunction(`security_${name}`, (kernel, ...args: Args) => {
    if (isBpfLsmActive(kernel)) tell(kernel, ...args)
    return undefined
  })
}
