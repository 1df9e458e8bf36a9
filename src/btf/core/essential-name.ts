/**
 * A name without its flavour: programs call their own idea of a kernel type `task_struct___old`, and all flavours
 * are candidates for each other. The last `___` between other characters separates (libbpf's
 * `bpf_core_essential_name_len`): "a___b___c" is a flavour of "a___b", while "___a" and "a____b" have none.
 */
export function essentialName(name: string): string {
  for (let at = name.lastIndexOf("___"); at > 0; at = name.lastIndexOf("___", at - 1)) {
    const last = at + 3
    if (name[at - 1] !== "_" && last < name.length && name[last] !== "_") return name.slice(0, at)
  }
  return name
}

/** Whether two names mean the same thing, flavours aside. */
export function sameEssentialName(one: string, other: string): boolean {
  return one === other || essentialName(one) === essentialName(other)
}
