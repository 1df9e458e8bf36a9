/** Thrown by an action to end with this status: 1 failed, 2 wrong usage, others as a command means them. What there is to say was already written. */
export class Exit extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}
