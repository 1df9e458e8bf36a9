/** One order that holds in both: what only one has stands before what follows it there. */
export function mergeOrders(one, other) {
  const merged = []
  let [i, j] = [0, 0]
  while (i < one.length || j < other.length) {
    if (one[i] === other[j]) {
      merged.push(one[i])
      i++
      j++
    } else if (i < one.length && !other.includes(one[i])) merged.push(one[i++])
    else if (j < other.length && !one.includes(other[j])) merged.push(other[j++])
    else throw new Error(`the orders differ: ${one[i]} and ${other[j]}`)
  }
  return merged
}
