/** Thrown by an action to end with this status: 1 failed, 2 wrong usage. What there is to say was already written. */
export class Exit extends Error {
  readonly status: 1 | 2

  constructor(status: 1 | 2) {
    super(`exit ${status}`)
    this.status = status
  }
}
