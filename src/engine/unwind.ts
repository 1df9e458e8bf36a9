/** Carries bpf_throw's result through callbacks, the machine's own code and compiled code, to the run that it ends. */
export class Unwind extends Error {
  readonly run: object
  readonly result: bigint

  constructor(run: object, result: bigint) {
    super("BUG: a program's exit was caught outside its run")
    this.run = run
    this.result = result
  }
}
