export interface Guest {
  /** Path of the kernel image. */
  readonly kernel: string
  /** "x86_64" unless told. */
  readonly architecture?: "x86_64" | "arm64"
  /** What sh runs as root. */
  readonly script: string
  /** Paths in the guest, with the files or folders here that they come from. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder here that gets what the script left in /tmp/out. */
  readonly results: string
  /** More of the kernel's command line. */
  readonly append?: string
  readonly seconds?: number
  readonly echo?: boolean
}

export function runInGuest(guest: Guest): Promise<void>
