import type { KernelCore } from "../core.ts"

/** Files of the kernel itself, by path, and what they say. */
const TEXTS: Readonly<Record<string, (kernel: KernelCore) => string>> = {
  "/proc/sys/net/ipv4/tcp_available_congestion_control": ({ congestionControls }) =>
    `${congestionControls.names.join(" ")}\n`,
}

/** The content of a file of procfs; undefined for one that is not modelled. */
export function kernelText(kernel: KernelCore, path: string): string | undefined {
  return TEXTS[path]?.(kernel)
}
