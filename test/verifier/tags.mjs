// What the kernel's selftests say of themselves: declaration tags "comment:test_…" of a program's function.

/** The numbers of BPF_F_… that tests ask for by name. */
const FLAGS = {
  BPF_F_STRICT_ALIGNMENT: 1,
  BPF_F_ANY_ALIGNMENT: 2,
  BPF_F_TEST_RND_HI32: 4,
  BPF_F_TEST_STATE_FREQ: 8,
  BPF_F_SLEEPABLE: 16,
  BPF_F_XDP_HAS_FRAGS: 32,
  BPF_F_TEST_REG_INVARIANTS: 128,
}

/** The tags of every function of an object, by name. */
export function tagsOf({ btf }) {
  const found = new Map()
  if (!btf) return found
  for (const id of btf.ids()) {
    if (btf.kindOf(id) !== "decl_tag") continue
    const tag = btf.type(id)
    if (!tag.name.startsWith("comment:test_")) continue
    const { name } = btf.type(tag.type)
    found.set(name, [...(found.get(name) ?? []), tag.name.slice("comment:test_".length)])
  }
  return found
}

/** The flags that a test is loaded with. */
export function flagsOf(object, program) {
  let flags = 0
  for (const tag of tagsOf(object).get(program.name) ?? []) {
    const [, text] = /^prog_flags=!?(.*)$/.exec(tag) ?? []
    if (text !== undefined) flags |= FLAGS[text] ?? Number(text)
  }
  return flags
}
