import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type ArgumentKind, type HelperArgument, helperPrototype } from "../../../src/catalog/details.ts"
import { HELPERS } from "../../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { callerOf, readLabel } from "./golden-answers.ts"

/** What the verifier said of each argument of a helper, up to the first of which no right value was known. */
interface Form {
  readonly helper: string
  readonly program: string
  readonly says: readonly string[]
}

const MEMORY =
  "type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_"

/** The verifier's words where the argument is the number 1, for a size 0; "-" where that is right. */
const WORDS: Record<Exclude<ArgumentKind, "variadic" | "unchecked" | "stack" | "kptr">, string> = {
  anything: "-",
  scalar: "-",
  sizeOrZero: "-",
  allocationSize: "-",
  size: "invalid zero-sized read: u64=[0,0]",
  context: "type=scalar expected=ctx",
  mapPointer: "type=scalar expected=map_ptr",
  mapKey: MEMORY,
  mapValue: MEMORY,
  memory: MEMORY,
  constString: "type=scalar expected=map_value",
  timer: "type=scalar expected=map_value",
  spinLock: "type=scalar expected=map_value, ptr_",
  kptrField: "type=scalar expected=map_value, ptr_",
  callback: "type=scalar expected=func",
  ringbufMemory: "type=scalar expected=ringbuf_mem",
  dynptr: "type=scalar expected=fp, dynptr_ptr",
  btfPointer: "type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_",
  btfSocketCommon: "type=scalar expected=sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_",
  socketCommon: "type=scalar expected=sock_common, sock, tcp_sock, xdp_sock",
  socket: "type=scalar expected=sock",
  perCpuVariable: "type=scalar expected=percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_",
}

describe("arguments of helpers", () => {
  const file = new URL("golden/arguments-6.12.json", import.meta.url)
  const { forms }: { readonly forms: readonly Form[] } = JSON.parse(readFileSync(file, "utf8"))

  test("are of the kind that 6.12 asks for", () => {
    const differences = forms.flatMap(({ helper, program, says }) => {
      const { programType, attachType, sleepable } = callerOf(readLabel(program))
      const list: readonly HelperArgument[] =
        helperPrototype(helper, { programType, attachType, sleepable })?.arguments ?? []
      return says.flatMap((kernel, at) => {
        const kind = list[at]?.kind
        const catalogue = kind && kind in WORDS ? WORDS[kind as keyof typeof WORDS] : `no words for ${kind}`
        return kernel === catalogue
          ? []
          : [`${helper} of ${program}, R${at + 1}: kernel ${kernel}, catalogue ${catalogue}`]
      })
    })
    expect(differences).toEqual([])
    expect(forms.flatMap(({ says }) => says).length).toBeGreaterThan(500)
  })

  test("were asked for every helper that has some, but where Debian's kernel lacks the helper", () => {
    const asked = new Set(forms.map(({ helper }) => helper))
    const missing = HELPERS.map(row => row.name).filter(
      name => !asked.has(name) && (helperPrototype(name)?.arguments.length ?? 0) > 0,
    )
    expect(missing).toEqual(["bpf_override_return", "bpf_rc_repeat", "bpf_rc_keydown", "bpf_rc_pointer_rel"])
  })

  test("and results name types that the kernel has", async () => {
    const btf = (await loadBuiltinProfile("6.12")).btf()
    const types = HELPERS.flatMap(({ name }) => {
      const prototype = helperPrototype(name)
      return [...(prototype?.arguments ?? []), ...(prototype ? [prototype.returns] : [])].flatMap(
        ({ type }) => type ?? [],
      )
    })
    expect(types.length).toBeGreaterThan(30)
    expect(types.filter(type => btf.find(type, "struct") === undefined)).toEqual([])
  })
})
