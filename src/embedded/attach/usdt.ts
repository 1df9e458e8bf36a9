import { findUsdtPlaces, namingProgram } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"
import { readUserBinary } from "./user-binary.ts"
import { processOf, requireUserProbe } from "./user-probe.ts"

/** usdt: a uprobe at each place of a statically defined probe; its cookie leads to the description of the arguments. */
export const attachUsdt: Attacher<"usdt"> = (kernel, point, attachment) => {
  const { program } = attachment
  return namingProgram(program.name, () => {
    const { node, executable } = readUserBinary(kernel, point.binary)
    const places = findUsdtPlaces(executable, point.provider, point.name)
    const [first] = places
    if (first) requireUserProbe(kernel, point, attachment, first.offset)
    const pid = processOf(kernel, point.pid)
    // Places with the same arguments share a description.
    const specs = new Map<string, number>()
    const removals = places.map(({ offset, semaphore, arguments: text }) => {
      const id = specs.get(text) ?? program.usdt.add(text, attachment.cookie)
      specs.set(text, id)
      return kernel.userHooks.add(node, offset, {
        ...attachment,
        ...{ cookie: BigInt(id), on: "entry", pid },
        ...(semaphore !== 0n && { counter: semaphore }),
      })
    })
    return {
      point,
      note: undefined,
      remove() {
        for (const remove of removals) remove()
        for (const id of specs.values()) program.usdt.release(id)
      },
    }
  })
}
