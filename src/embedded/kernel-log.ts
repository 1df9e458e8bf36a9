/** What the kernel says of itself (dmesg), oldest first, without time stamps. */
export class KernelLog {
  readonly lines: string[] = []
  readonly #said = new Set<string>()

  /** Says something the first time that it happens, and never again: `what` names the place in the code. */
  warnOnce(what: string, text: string): void {
    if (this.#said.has(what)) return
    this.#said.add(what)
    this.lines.push(text)
  }
}
