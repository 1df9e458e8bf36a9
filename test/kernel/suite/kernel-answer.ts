/** What loading a program ended with: without an errno, it was loaded. */
export interface KernelAnswer {
  /** The path of the object in this repository. */
  readonly object: string
  readonly program: string
  readonly errno?: string | undefined
  readonly message?: string
  /** Where the verifier was asked. */
  readonly log?: string
}
