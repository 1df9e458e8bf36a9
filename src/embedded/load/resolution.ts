import type { CoreResolver, TypeId } from "../../btf/index.ts"
import type { UsdtSpecs } from "../../kernel/index.ts"
import type { ObjectSpec } from "../../object/index.ts"
import type { KernelProfile } from "../../profile/index.ts"
import type { MapFacts } from "../../verifier/index.ts"
import type { ValueLayout } from "../fields/index.ts"
import type { MapStorage } from "../maps/index.ts"
import type { LoadedBtf } from "../objects/index.ts"

/** What a program's references may name. */
export interface Resolution {
  readonly profile: KernelProfile
  readonly object: ObjectSpec
  /** Shared by the object's programs: the same types are asked for again and again. */
  readonly core: CoreResolver | undefined
  /** The object's types as the kernel keeps them. */
  readonly loadedBtf: LoadedBtf | undefined
  /** Maps of the object by name, and what the verifier knows of them. */
  readonly maps: ReadonlyMap<string, MapStorage>
  readonly mapFacts: ReadonlyMap<string, MapFacts>
  /** Descriptions of USDT arguments, in a map of the object. */
  readonly usdt: UsdtSpecs
  /** Where the object's types have special fields; undefined when it has no types. */
  readonly layoutOf: ((type: TypeId) => ValueLayout) | undefined
  /** Where a `.kconfig` extern's value lies. */
  kconfigAddress(name: string): number | undefined
}
