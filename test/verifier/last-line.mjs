/** The line that a kernel's log ends with before its statistics; undefined where there is none. */
export function lastLine(log) {
  return log
    .trimEnd()
    .split("\n")
    .findLast(line => !/^(processed \d+ insns|stack depth|verification time)/.test(line))
}
