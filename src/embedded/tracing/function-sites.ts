import type { Btf } from "../../btf/index.ts"
import type { KernelProfile } from "../../profile/index.ts"

/** Suffixes gcc gives to the one remaining copy of a function that it changed; BTF keeps the plain name. */
const CLONE_SUFFIXES = ["", ".isra.0", ".constprop.0", ".part.0", ".constprop.0.isra.0"]

/** A modelled function as this kernel build has it. */
export interface FunctionSite {
  /** The name it has in kallsyms, which hooks are keyed by. */
  readonly symbol: string
  readonly address: bigint
  /** Not static: other files may take its address. */
  readonly global: boolean
  readonly returns: "int" | "long" | "void"
  /** Bytes of each parameter; undefined when BTF does not know the function. */
  readonly parameters: readonly number[] | undefined
}

/** Finds which symbol a modelled function is on this kernel: exact, a compiler's clone, or none when it is inlined. */
export class FunctionSites {
  readonly #profile: KernelProfile
  readonly #sites = new Map<string, FunctionSite | undefined>()

  constructor(profile: KernelProfile) {
    this.#profile = profile
  }

  /** Undefined when the function was inlined away or does not exist on this kernel: no hook can stand on it. */
  site(name: string): FunctionSite | undefined {
    if (this.#sites.has(name)) return this.#sites.get(name)
    const site = this.#find(name)
    this.#sites.set(name, site)
    return site
  }

  #find(name: string): FunctionSite | undefined {
    const symbols = this.#profile.symbols()
    for (const suffix of CLONE_SUFFIXES) {
      const symbol = symbols.find(name + suffix)
      if (symbol)
        return {
          symbol: name + suffix,
          address: symbol.address,
          global: symbol.type === "T",
          ...prototypeOf(this.#profile.btf(), name),
        }
    }
    return undefined
  }
}

/** How registers are filled: 32-bit results leave the upper half zero. */
function prototypeOf(btf: Btf, name: string): Pick<FunctionSite, "returns" | "parameters"> {
  const id = btf.find(name, "func")
  const func = id === undefined ? undefined : btf.type(id)
  const proto = func?.kind === "func" ? btf.type(func.type) : undefined
  if (proto?.kind !== "func_proto") return { returns: "int", parameters: undefined }
  const parameters = proto.params.map(({ type }) => btf.sizeOf(type))
  if (btf.isVoid(proto.returns)) return { returns: "void", parameters }
  return { returns: btf.sizeOf(proto.returns) === 8 ? "long" : "int", parameters }
}
