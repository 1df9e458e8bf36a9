import { formatInstruction, PSEUDO_LOAD } from "../../isa/index.ts"
import type { Walk } from "../walk/walk.ts"

/** An instruction as logs print it, with names in place of addresses. */
export function namedInstruction({ code, program, subprograms }: Walk, at: number): string {
  const functionAt = (start: number) => subprograms.find(each => each.start === start)?.name
  return formatInstruction(code, at, {
    kfunc: at => {
      const reference = program.references.get(at)
      return reference?.kind === "kfunc" ? reference.name : undefined
    },
    subprogram: (_at, target) => functionAt(target),
    load64: at => {
      const { src, imm } = code[at]!
      if (src === PSEUDO_LOAD.FUNC) return `subprog[${functionAt(at + imm + 1) ?? imm}]`
      const reference = program.references.get(at)
      switch (reference?.kind) {
        case "map":
          return `map[${reference.map.name}]`
        case "mapValue":
          return `map[${reference.map.name}][0]+${reference.offset}`
        case "variable":
          return `ksym[${reference.name}]`
        default:
          return undefined
      }
    },
  })
}
