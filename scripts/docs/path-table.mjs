// A path of a system call as a table: a row for each function and event, indented as calls are nested.

const OPENS = /^(?:kprobe|fentry)\/(.+)$/
const CLOSES = /^(?:kretprobe|fexit)\/(.+)$/

/** `typeOf`: the program type of a step. */
export function pathTable(steps, typeOf) {
  const rows = []
  const open = []
  steps.forEach((step, index) => {
    const number = index + 1
    const enters = functionOf(step, OPENS, "ksyscall/")
    const leaves = functionOf(step, CLOSES, "kretsyscall/")
    if (enters !== undefined) {
      const last = rows.at(-1)
      const isSame = last !== undefined && last === open.at(-1) && last.name === enters
      const row = isSame ? last : { name: enters, depth: open.length, entry: [], exit: [], steps: [] }
      if (!isSame) {
        rows.push(row)
        open.push(row)
      }
      row.entry.push(number)
      row.steps.push(step)
    } else if (leaves !== undefined) {
      const row = open.at(-1)
      if (row?.name !== leaves) throw new Error(`${step} ends what has not begun`)
      row.exit.push(number)
      row.steps.push(step)
      if (row.exit.length === row.entry.length) open.pop()
    } else rows.push({ name: step, depth: open.length, entry: [number], exit: [], steps: [step] })
  })
  const lines = rows.map(({ name, depth, entry, exit, steps }) => {
    const order = [entry, exit].filter(numbers => numbers.length > 0).map(numbers => numbers.join(", "))
    const types = [...new Set(steps.map(typeOf))].join(", ")
    const kinds = steps.map(step => step.split(/[/ ]/)[0]).join(", ")
    return `| ${order.join(" … ")} | ${"&emsp;".repeat(depth)}\`${name}\` | ${kinds} | ${types} |`
  })
  return ["| order | hook | programs | program type |", "| --- | --- | --- | --- |", ...lines].join("\n")
}

function functionOf(step, pattern, syscall) {
  if (step.startsWith(syscall)) return `__x64_sys_${step.slice(syscall.length)}`
  return pattern.exec(step)?.[1]
}
