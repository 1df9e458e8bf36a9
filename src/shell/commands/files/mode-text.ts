/** By the four highest bits of a mode. */
const KINDS: Readonly<Record<number, string>> = {
  4: "d",
  8: "-",
  2: "c",
  6: "b",
  12: "s",
  10: "l",
  1: "p",
}
const STICKY = 0o1000

/** "drwxr-xr-x". */
export function modeText(mode: number): string {
  const kind = KINDS[(mode >> 12) & 0o17] ?? "?"
  const bits = [6, 3, 0]
    .map(shift => {
      const three = (mode >> shift) & 7
      return `${three & 4 ? "r" : "-"}${three & 2 ? "w" : "-"}${three & 1 ? "x" : "-"}`
    })
    .join("")
  if ((mode & STICKY) === 0) return kind + bits
  return `${kind}${bits.slice(0, -1)}${bits.endsWith("x") ? "t" : "T"}`
}
