export interface KernelPackage {
  readonly version: string
  readonly image: string
  readonly config: string
  readonly modules: string
  readonly folder: string
}

export function kernelPackage(release: string): KernelPackage

export function hasKernel(release: string): boolean
