/** A sockaddr that was copied in from user space. */
export interface CopiedAddress {
  /** Where its copy stands in kernel memory. */
  readonly address: number
  readonly bytes: Uint8Array
}
