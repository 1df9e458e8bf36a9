import { ARCHITECTURE_NAMES, type ArchitectureName } from "../catalog/index.ts"

/** Where a kernel's image lies on one architecture. */
export interface KernelImage {
  readonly name: ArchitectureName
  /** What Node calls it. */
  readonly node: string
  /** The upper half of every address in the image: profiles keep the lower one. */
  readonly upper: bigint
  /** Symbols below are no addresses: offsets of per-CPU variables. */
  readonly start: bigint
}

const IMAGES: Readonly<Record<ArchitectureName, KernelImage>> = {
  // __START_KERNEL_map: text and data lie in the last 2 GiB.
  x86_64: { name: "x86_64", node: "x64", upper: 0xffff_ffff_0000_0000n, start: 0xffff_ffff_8000_0000n },
  // Behind the modules, at the start of the upper half of the kernel's addresses (VA_BITS_MIN is 48).
  arm64: { name: "arm64", node: "arm64", upper: 0xffff_8000_0000_0000n, start: 0xffff_8000_0000_0000n },
}

export function kernelImage(name: ArchitectureName): KernelImage {
  return IMAGES[name]
}

/** Undefined for one that profiles are not of. */
export function architectureNamed(name: unknown): ArchitectureName | undefined {
  return ARCHITECTURE_NAMES.find(each => each === name)
}

/** The architecture by Node's name of it ("x64"). */
export function architectureOfNode(node: string): ArchitectureName | undefined {
  return ARCHITECTURE_NAMES.find(name => IMAGES[name].node === node)
}
