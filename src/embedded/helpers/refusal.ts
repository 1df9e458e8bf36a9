/**
 * Thrown for an argument that no verified program can pass: the run ends with a ProgramFault that names the call.
 * `reason` says which argument is wrong, with its value.
 */
export class ArgumentRefusal {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}
