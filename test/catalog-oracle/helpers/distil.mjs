// Turns the lines that the sweep prints into the golden form: programs with equal answers stand together, and each
// group says how its answers differ from those of an earlier group.

/**
 * Answers of one kernel. `names` are the helpers or kfuncs in the order of the characters. A letter that is not
 * listed under `changes` is as in the group `like`; the first group lists every letter but ".".
 */
export function distil(text, names) {
  const groups = new Map()
  const refused = new Map()
  const gplOnly = new Set()
  for (const line of text.trim().split("\n")) {
    const [label, answers, ...rest] = line.split(" ")
    if (answers === "!") {
      // Ids of types differ from build to build.
      const why = rest
        .slice(1)
        .join(" ")
        .replace(/\d{4,}/g, "N")
        .replaceAll(label.match(/@(?:.*\.)?(\w+)/)?.[1], "X")
      push(refused, `${rest[0]} ${why}`.trim(), label)
    } else {
      push(groups, answers, label)
      for (const [i, letter] of [...(rest[0] ?? "")].entries()) if (letter === "g") gplOnly.add(names[i])
    }
  }
  const earlier = []
  const answers = [...groups].map(([letters, programs]) => {
    const nearest = earlier.reduce(
      (best, other) => (distance(other.letters, letters) < distance(best.letters, letters) ? other : best),
      { letters: ".".repeat(letters.length) },
    )
    const changes = {}
    for (let i = 0; i < letters.length; i++)
      if (letters[i] !== nearest.letters[i]) changes[letters[i]] = [...(changes[letters[i]] ?? []), names[i]]
    earlier.push({ letters, label: programs[0] })
    const spelled = Object.fromEntries(
      Object.entries(changes).map(([letter, list]) => [letter, list.join(" ")]),
    )
    return { programs: programs.join(" "), ...(nearest.label && { like: nearest.label }), changes: spelled }
  })
  return {
    ...(gplOnly.size > 0 && { gplOnly: [...gplOnly].sort().join(" ") }),
    answers,
    refused: Object.fromEntries([...refused].map(([why, labels]) => [why, labels.join(" ")])),
  }
}

function push(map, key, value) {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

function distance(a, b) {
  let count = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++
  return count
}
