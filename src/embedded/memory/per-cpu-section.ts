import type { Btf, BtfSectionVariable } from "../../btf/index.ts"

/** The section of the kernel that every CPU has a copy of. */
const SECTION = ".data..percpu"

/** The address that programs see of a per-CPU variable: its place in the section, as in kallsyms. */
export function perCpuAddress(btf: Btf, name: string): bigint | undefined {
  const variable = btf.find(name, "var")
  const place = sectionOf(btf).find(({ type }) => type === variable)
  return variable === undefined || !place ? undefined : BigInt(place.offset)
}

/** The per-CPU variable that starts at such an address. */
export function perCpuVariableAt(btf: Btf, address: bigint): string | undefined {
  const place = sectionOf(btf).find(({ offset }) => BigInt(offset) === address)
  return place && btf.typeOf(place.type, "var")?.name
}

function sectionOf(btf: Btf): readonly BtfSectionVariable[] {
  const known = sections.get(btf)
  if (known) return known
  const id = btf.find(SECTION, "datasec")
  const variables = (id !== undefined && btf.typeOf(id, "datasec")?.variables) || []
  sections.set(btf, variables)
  return variables
}

const sections = new WeakMap<Btf, readonly BtfSectionVariable[]>()
