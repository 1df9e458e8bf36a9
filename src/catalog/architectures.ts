/** Architectures of 64 bits whose kernels are known here, little-endian all of them. */
export const ARCHITECTURE_NAMES = ["x86_64", "arm64"] as const

export type ArchitectureName = (typeof ARCHITECTURE_NAMES)[number]
