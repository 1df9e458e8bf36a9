import { type Btf, layoutFinder, type SpecialField, type TypeId } from "../../btf/index.ts"
import { isSince } from "../../catalog/index.ts"
import type { VerifierKernel } from "../program.ts"

/** Nodes mean something in allocated objects only. */
const NOT_IN_MAPS = new Set<SpecialField["kind"]>(["listNode", "treeNode"])

/** The fields of a map's value, or of the variables of a section, that only certain helpers may touch. */
export function mapFields(
  btf: Btf,
  value: TypeId,
  variables: readonly { readonly type: TypeId; readonly offset: number }[],
  { btf: kernel, release }: VerifierKernel,
): readonly SpecialField[] {
  const finder = layoutFinder({ btf, kernel, since: since => isSince(since, release) })
  const layout =
    btf.kindOf(value) === "datasec"
      ? finder.layoutOfSection(
          variables.map(({ type, offset }) => ({ variable: type, offset })),
          0,
        )
      : finder.layoutOf(value)
  return layout.fields.filter(field => !NOT_IN_MAPS.has(field.kind))
}
