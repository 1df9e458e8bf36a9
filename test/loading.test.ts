// What BPF_PROG_LOAD of the embedded kernel refuses before its verifier, against what two kernels answered.
import { describe, expect, test } from "vitest"
import { errnoName, SkepError } from "../src/base/index.ts"
import { ATTACH_TYPES, type AttachTypeName, type ProgramTypeName } from "../src/catalog/index.ts"
import {
  EmbeddedKernel,
  type EmbeddedKernelOptions,
  type EmbeddedLoadOptions,
} from "../src/embedded/index.ts"
import { assemble } from "../src/isa/index.ts"
import { type BareProgram, objectOfProgram } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import {
  CAPABILITY_SETS,
  RELEASES,
  readGolden,
  unpackNumbers,
} from "./catalog-oracle/contexts/read-golden.ts"

interface NumberedGolden {
  readonly answers: Readonly<Record<string, string>>
}

const NOTHING = "r0 = 0\nexit"
/** Some attach types of this type take no other answer. */
const ONE = "r0 = 1\nexit"
const MEMORY = 64 << 20

async function boot(release: string, options: EmbeddedKernelOptions = {}): Promise<EmbeddedKernel> {
  return new EmbeddedKernel(await loadBuiltinProfile(release), { memoryBytes: MEMORY, ...options })
}

/** The errno that a load ends with; "" where it succeeds. */
async function errnoOf(
  kernel: EmbeddedKernel,
  program: Omit<BareProgram, "instructions">,
  options: EmbeddedLoadOptions = {},
  code = NOTHING,
): Promise<string> {
  try {
    const object = objectOfProgram({ ...program, instructions: assemble(code) })
    const loaded = await kernel.load(object, options)
    await loaded[Symbol.asyncDispose]()
    return ""
  } catch (error) {
    if (error instanceof SkepError) return error.code
    throw error
  }
}

/** Those that need no target in the kernel's BTF: "type -" in the recording. */
function bareTypes(answers: NumberedGolden["answers"]): [type: ProgramTypeName, errnos: readonly number[]][] {
  return Object.entries(answers)
    .filter(([name]) => name.endsWith(" -"))
    .map(([name, row]) => [name.slice(0, -2) as ProgramTypeName, unpackNumbers(row)])
}

describe.each(RELEASES)("a load into the embedded kernel %s", release => {
  const { answers } = readGolden<NumberedGolden>("attach", release)

  test.each(bareTypes(answers))(
    "of type %s takes the attach types that the kernel takes",
    async (type, row) => {
      await using kernel = await boot(release)
      const differing: string[] = []
      for (const { name, number } of ATTACH_TYPES) {
        const errno = row[number]
        if (errno === undefined) continue
        const attachType = number === 0 ? {} : { attachType: name as AttachTypeName }
        const code = type === "cgroup_sock_addr" ? ONE : NOTHING
        const ours = await errnoOf(kernel, { type, ...attachType, sleepable: type === "syscall" }, {}, code)
        const theirs = errno === 0 ? "" : errnoName(errno)
        if (ours !== theirs) differing.push(`${name}: ${ours || "loads"}, the kernel: ${theirs || "loads"}`)
      }
      expect(differing).toEqual([])
    },
  )

  describe.each([
    ["capabilities", 0],
    ["disabled", 2],
  ] as const)("%s", (question, unprivilegedBpfDisabled) => {
    const { answers } = readGolden<NumberedGolden>(question, release)
    const asked = Object.entries(answers).filter(([name]) => name.split(" ").length === 2)

    test.each(asked)("%s: without what it needs is refused with EPERM", async (name, row) => {
      await using kernel = await boot(release, { unprivilegedBpfDisabled })
      const [type, attach] = name.split(" ") as [ProgramTypeName, AttachTypeName | "-"]
      const program = { type, ...(attach !== "-" && { attachType: attach }), sleepable: type === "syscall" }
      const refused: boolean[] = []
      for (const capabilities of CAPABILITY_SETS)
        refused.push((await errnoOf(kernel, program, { capabilities })) === "EPERM")
      expect(refused).toEqual(unpackNumbers(row).map(errno => errno === 1))
    })
  })

  test("of a type that is newer, or that it was built without, fails with EINVAL", async () => {
    await using kernel = await boot(release)
    expect(await errnoOf(kernel, { type: "lirc_mode2" })).toBe("EINVAL")
    expect(await errnoOf(kernel, { type: "netfilter", attachType: "netfilter" })).toBe(
      release === "6.1" ? "EINVAL" : "",
    )
  })

  test("of no or too many instructions fails with E2BIG", async () => {
    await using kernel = await boot(release, { unprivilegedBpfDisabled: 0 })
    const long = `${"r0 = 0\n".repeat(4096)}exit`
    expect(await errnoOf(kernel, { type: "socket_filter" }, {}, "")).toBe("E2BIG")
    expect(await errnoOf(kernel, { type: "socket_filter" }, {}, long)).toBe("")
    expect(await errnoOf(kernel, { type: "socket_filter" }, { capabilities: [] }, long)).toBe("E2BIG")
  })

  test("that calls what only GPL programs may", async () => {
    await using kernel = await boot(release)
    const code =
      "call bpf_ktime_get_ns\nr1 = r10\nr1 += -8\nr2 = 1\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit"
    const program = { type: "kprobe", instructions: assemble(code) } as const
    await kernel.load(objectOfProgram(program))
    const load = kernel.load(objectOfProgram({ ...program, license: "Proprietary" }))
    await expect(load).rejects.toMatchObject({
      errno: "EINVAL",
      message: expect.stringContaining("cannot call GPL-restricted function from non-GPL compatible program"),
    })
  })

  test("says who may load it, where capabilities are missing", async () => {
    await using kernel = await boot(release)
    const object = objectOfProgram({ type: "xdp", instructions: assemble(NOTHING) })
    await expect(kernel.load(object, { capabilities: ["CAP_BPF"] })).rejects.toMatchObject({
      errno: "EPERM",
      message: "prog 'program': BPF program load failed: Operation not permitted",
      hint: expect.stringContaining("lacks CAP_NET_ADMIN to load xdp"),
    })
  })
})

test("a program that the verifier does not know enough for is never taken", async () => {
  await using kernel = await boot("6.12")
  const load = kernel.load(objectOfProgram({ type: "ext", instructions: assemble(NOTHING) }))
  await expect(load).rejects.toMatchObject({
    errno: "ENOTSUPP",
    message: expect.stringContaining("not supported by this verifier yet: "),
    hint: expect.stringContaining("--no-verify"),
  })
})

describe("what the loading process holds decides what the verifier lets a program do", () => {
  const LEAK = "r0 = r10\nexit"
  const LOOP = "r1 = *(u32 *)(r1 +0)\nr1 &= 7\nr1 += -1\nif r1 s> 0 goto pc-2\nr0 = 0\nexit"
  const GUESS = "r1 = 0\nif r1 == 0 goto pc+1\nr0 = *(u64 *)(r1 +0)\nr0 = 0\nexit"
  test.each([
    [NOTHING, [], ""],
    [NOTHING, ["CAP_BPF"], ""],
    [LEAK, [], "R0 leaks addr as return value"],
    [LEAK, ["CAP_BPF"], "R0 leaks addr as return value"],
    [LEAK, ["CAP_BPF", "CAP_PERFMON"], ""],
    [LOOP, [], "back-edge from insn 3 to 2"],
    [LOOP, ["CAP_BPF", "CAP_PERFMON"], ""],
    [GUESS, [], "R1 invalid mem access 'scalar'"],
    [GUESS, ["CAP_BPF"], "R1 invalid mem access 'scalar'"],
    [GUESS, ["CAP_SYS_ADMIN"], ""],
  ] as const)("%j with %j", async (code, capabilities, message) => {
    await using kernel = await boot("6.12", { unprivilegedBpfDisabled: 0 })
    const object = objectOfProgram({ type: "socket_filter", instructions: assemble(code) })
    const load = kernel.load(object, { capabilities })
    if (message === "") await (await load)[Symbol.asyncDispose]()
    else await expect(load).rejects.toMatchObject({ message: expect.stringContaining(message) })
  })

  test("and one that was accepted without any runs", async () => {
    await using kernel = await boot("6.12", { unprivilegedBpfDisabled: 0 })
    const code = "r0 = *(u32 *)(r1 +0)\nr0 &= 7\nr0 += 40\nexit"
    const object = objectOfProgram({ type: "socket_filter", instructions: assemble(code) })
    await using loaded = await kernel.load(object, { capabilities: [] })
    const [program] = Object.values(loaded.programs)
    const { result } = await program!.run({ packet: new Uint8Array(14 + 3) })
    expect(result).toBe(40 + 3)
  })
})
