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

type AskedKind = Exclude<ArgumentKind, "variadic" | "unchecked" | "stack" | "kptr">

const expected = (types: string) => `type=scalar expected=${types}`
const MEMORY = expected("fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_")

/** The words of 6.12 where the argument is the number 1, for a size 0; "-" where that is right. */
const WORDS: Record<AskedKind, string> = {
  anything: "-",
  scalar: "-",
  sizeOrZero: "-",
  allocationSize: "-",
  size: "invalid zero-sized read: u64=[0,0]",
  context: expected("ctx"),
  mapPointer: expected("map_ptr"),
  mapKey: MEMORY,
  mapValue: MEMORY,
  memory: MEMORY,
  constString: expected("map_value"),
  timer: expected("map_value"),
  spinLock: expected("map_value, ptr_"),
  kptrField: expected("map_value, ptr_"),
  callback: expected("func"),
  ringbufMemory: expected("ringbuf_mem"),
  dynptr: expected("fp, dynptr_ptr"),
  btfPointer: expected("ptr_, trusted_ptr_, rcu_ptr_"),
  btfSocketCommon: expected("sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_"),
  socketCommon: expected("sock_common, sock, tcp_sock, xdp_sock"),
  socket: expected("sock"),
  perCpuVariable: expected("percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_"),
}

/** What 6.1 says otherwise; of a size that is 0 it says nothing that names the register. */
const WORDS_OF_6_1: Partial<Record<AskedKind, string>> = {
  size: "-",
  mapKey: expected("fp, pkt, pkt_meta, map_key, map_value"),
  mapValue: expected("fp, pkt, pkt_meta, map_key, map_value"),
  memory: expected("fp, pkt, pkt_meta, map_key, map_value, mem, alloc_mem, buf"),
  spinLock: expected("map_value"),
  kptrField: expected("map_value"),
  ringbufMemory: expected("alloc_mem"),
  btfPointer: expected("ptr_"),
  btfSocketCommon: expected("sock_common, sock, tcp_sock, xdp_sock, ptr_"),
  perCpuVariable: expected("percpu_ptr_"),
}

/** 6.1 looks at the object that storage is for before the initial value. */
const OTHERWISE_IN_6_1 = /^bpf_(sk|inode|task)_storage_get .*, R3: kernel -,/

function readForms(release: string): readonly Form[] {
  const file = new URL(`golden/arguments-${release}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, "utf8")).forms
}

describe.each([
  ["6.1", { ...WORDS, ...WORDS_OF_6_1 }],
  ["6.12", WORDS],
])("arguments of helpers of %s", (release, words: Readonly<Record<string, string>>) => {
  test("are of the kind that the kernel asks for", () => {
    const forms = readForms(release)
    const differences = forms.flatMap(({ helper, program, says }) => {
      const { programType, attachType, sleepable } = callerOf(readLabel(program))
      const list: readonly HelperArgument[] =
        helperPrototype(helper, { programType, attachType, sleepable })?.arguments ?? []
      return says.flatMap((kernel, at) => {
        const catalogue = words[list[at]?.kind ?? ""]
        const place = `${helper} of ${program}, R${at + 1}`
        return kernel === catalogue ? [] : [`${place}: kernel ${kernel}, catalogue ${catalogue}`]
      })
    })
    expect(differences.filter(line => release !== "6.1" || !OTHERWISE_IN_6_1.test(line))).toEqual([])
    expect(forms.flatMap(({ says }) => says).length).toBeGreaterThanOrEqual(500)
  })
})

describe("the questions about arguments", () => {
  const forms = readForms("6.12")

  test("were asked for every helper that has some, but where Debian's kernel lacks the helper", () => {
    const asked = new Set(forms.map(({ helper }) => helper))
    const missing = HELPERS.map(row => row.name).filter(
      name => !asked.has(name) && (helperPrototype(name)?.arguments.length ?? 0) > 0,
    )
    expect(missing).toEqual(["bpf_override_return", "bpf_rc_repeat", "bpf_rc_keydown", "bpf_rc_pointer_rel"])
  })

  test("arguments and results name types that the kernel has", async () => {
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
