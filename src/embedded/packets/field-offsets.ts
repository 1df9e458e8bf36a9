import { CONTEXT_LAYOUTS, type ContextFieldName, type ContextLayoutName } from "../../catalog/details.ts"

/** Where a context's fields are, by name. */
export function fieldOffsets<Layout extends ContextLayoutName>(
  layout: Layout,
): Readonly<Record<ContextFieldName<Layout>, number>> {
  const fields: readonly { readonly name: string; readonly offset: number }[] = CONTEXT_LAYOUTS[layout].fields
  return Object.fromEntries(fields.map(({ name, offset }) => [name, offset])) as never
}
