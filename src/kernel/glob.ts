/** Whether a name is a pattern of functions rather than one function. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text)
}

/**
 * Whether a name fits a pattern, where `*` stands for any characters and `?` for one (libbpf's `glob_match`). In time
 * proportional to the product of both lengths, whatever the pattern.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  let [at, on] = [0, 0]
  // Where to go on when what follows the last star does not fit: the star takes one character more.
  let [star, resume] = [-1, 0]
  while (at < name.length) {
    const wanted = pattern[on]
    if (wanted === "*") {
      star = on
      on += 1
      resume = at
    } else if (wanted === "?" || wanted === name[at]) {
      at += 1
      on += 1
    } else if (star >= 0) {
      on = star + 1
      resume += 1
      at = resume
    } else return false
  }
  while (pattern[on] === "*") on += 1
  return on === pattern.length
}
