import { beforeAll, describe, expect, test } from "vitest"
import { BtfBuilder, readBtf } from "../btf/index.ts"
import { loadBuiltinProfile } from "../profile/node.ts"
import { mapFields } from "./facts/map-fields.ts"
import type { MapFacts, VerifierKernel } from "./program.ts"
import { type ProgramOptions, plainMap, programOf } from "./testing/program.ts"
import { HOLDER, ITEM, objectTypes } from "./testing/types.ts"
import { verifyProgram } from "./verify.ts"

let kernel: VerifierKernel
const { btf, holder, item } = objectTypes()
let maps: Readonly<Record<string, MapFacts>>

beforeAll(async () => {
  const profile = await loadBuiltinProfile("6.12")
  kernel = { release: "6.12", btf: profile.btf() }
  const fields = mapFields(btf, holder, [], kernel)
  maps = {
    ring: plainMap("ring", 27, 0),
    arena: plainMap("arena", 33, 0),
    values: { ...plainMap("values", 2, HOLDER.size), fields, btf, valueType: holder },
    jumps: plainMap("jumps", 3, 4),
    works: { ...plainMap("works", 2, 16), fields: [{ kind: "workqueue", offset: 0, size: 16 }] },
  }
})

/** The line that refuses the program; "" where it is accepted. */
function verdictOf(code: string, options: ProgramOptions = {}): string {
  const program = programOf(code, kernel, { btf, maps, ...options })
  const result = verifyProgram(program, kernel, { logLevel: 1 })
  expect(result.verdict).toBe(result.message === "" ? "accept" : "reject")
  return result.message
}

const RESERVE = `
  r1 = map ring
  r2 = 16
  r3 = 0
  r4 = r10
  r4 += -16
  call bpf_ringbuf_reserve_dynptr`
const SUBMIT = `
  r1 = r10
  r1 += -16
  r2 = 0
  call bpf_ringbuf_submit_dynptr`
const SLICE = `
  r1 = r10
  r1 += -16
  r2 = 0
  r3 = 8
  call bpf_dynptr_data
  r6 = r0`
const END = "\n r0 = 0\n exit"

describe("dynptrs", () => {
  test.each([
    ["one is reserved and submitted", RESERVE + SUBMIT + END, ""],
    ["one is not given back", RESERVE + END, "Unreleased reference id=2 alloc_insn=6"],
    ["one is written over", `${RESERVE}\n*(u64 *)(r10 -8) = 0${END}`, "cannot overwrite referenced dynptr"],
    ["one is given back that never was", SUBMIT + END, "arg 1 is an unacquired reference"],
    [
      "its slice is read after it is gone",
      `${RESERVE + SLICE + SUBMIT}\n r0 = *(u64 *)(r6 +0)\n exit`,
      "R6 invalid mem access 'scalar'",
    ],
    [
      "a slice is read behind its end",
      `${RESERVE + SLICE}\n if r6 == 0 goto pc+1\n r1 = *(u64 *)(r6 +8)${SUBMIT}${END}`,
      "R6 min value is outside of the allowed memory range",
    ],
    [
      "it is read where none lies",
      "r1 = r10\nr1 += -16\nr2 = 0\nr3 = 8\ncall bpf_dynptr_data\nr0 = 0\nexit",
      "Expected an initialized dynptr as arg #0",
    ],
    [
      "packets have one",
      `r2 = 0\nr3 = r10\nr3 += -16\ncall kfunc bpf_dynptr_from_skb
       r1 = r10\nr1 += -16\nr2 = 0\nr3 = r10\nr3 += -32\n*(u64 *)(r10 -32) = 0\nr4 = 8
       call kfunc bpf_dynptr_slice\nif r0 == 0 goto pc+1\nr0 = *(u64 *)(r0 +0)${END}`,
      "",
    ],
  ])("%s", (_name, code, message) => {
    expect(verdictOf(code)).toBe(message)
  })
})

const NEW = `
  r1 = ${item} ll
  r2 = 0
  call kfunc bpf_obj_new_impl
  if r0 == 0 goto end
  r6 = r0`
const DROP = `
  r1 = r6
  r2 = 0
  call kfunc bpf_obj_drop_impl`
const EXIT = "\nend:\n r0 = 0\n exit"
const LOCK = "\n r1 = value values\n call bpf_spin_lock"
const UNLOCK = "\n r1 = value values\n call bpf_spin_unlock"
const PUSH = `
  r1 = value values
  r1 += ${HOLDER.list}
  r2 = r6
  r3 = 0
  r4 = 0
  call kfunc bpf_list_push_back_impl`

describe("objects of the program's own", () => {
  test.each([
    ["one is made and dropped", NEW + DROP + EXIT, ""],
    ["one is not dropped", NEW + EXIT, "Unreleased reference id=2 alloc_insn=3"],
    ["its members are the program's", `${NEW}\n *(u64 *)(r6 +${ITEM.key}) = 1${DROP}${EXIT}`, ""],
    [
      "its nodes are not",
      `${NEW}\n *(u64 *)(r6 +${ITEM.link}) = 1${DROP}${EXIT}`,
      "direct access to bpf_list_node is disallowed",
    ],
    ["it goes into a list under the lock", NEW + LOCK + PUSH + UNLOCK + EXIT, ""],
    ["a list needs its lock", NEW + PUSH + EXIT, "bpf_spin_lock at off=0 must be held for bpf_list_head"],
    [
      "in a list it is no longer owned",
      NEW + LOCK + PUSH + UNLOCK + DROP + EXIT,
      "R1 must be referenced or trusted",
    ],
    [
      "a reference of its own keeps it",
      `${NEW}\n r1 = r6\n r2 = 0\n call kfunc bpf_refcount_acquire_impl\n r7 = r0${DROP}
       r1 = r7\n r2 = 0\n call kfunc bpf_obj_drop_impl${EXIT}`,
      "",
    ],
    [
      "another node than the list's does not go in",
      `${NEW}\n r6 += ${ITEM.node}${LOCK}${PUSH}${UNLOCK}${EXIT}`,
      `bpf_list_node not found at offset=${ITEM.node}`,
    ],
  ])("%s", (_name, code, message) => {
    expect(verdictOf(code)).toBe(message)
  })
})

const EXCHANGE = `
  r1 = value values
  r1 += ${HOLDER.item}
  r2 = r6
  call bpf_kptr_xchg`

describe("kptrs", () => {
  test.each([
    [
      "an object goes into a map value, and what was there is dropped",
      `${NEW}${EXCHANGE}\n if r0 == 0 goto end\n r6 = r0${DROP}${EXIT}`,
      "",
    ],
    ["what was there is kept", NEW + EXCHANGE + EXIT, "Unreleased reference id=4 alloc_insn=10"],
    [
      "an owned field is not stored to",
      `r1 = value values\n r2 = 0\n *(u64 *)(r1 +${HOLDER.item}) = r2${END}`,
      "store to referenced kptr disallowed",
    ],
    [
      "a field is loaded in one piece",
      `r1 = value values\n r2 = *(u32 *)(r1 +${HOLDER.item})${END}`,
      "kptr access size must be BPF_DW",
    ],
    [
      "a task that may go is only read",
      `r1 = value values\n r1 = *(u64 *)(r1 +${HOLDER.task})\n call kfunc bpf_task_release${END}`,
      "Possibly NULL pointer passed to trusted arg0",
    ],
    [
      "fields of the wrong type do not match",
      `${NEW}${EXCHANGE.replace(`${HOLDER.item}`, `${HOLDER.task}`)}${EXIT}`,
      "invalid kptr access, R2 type=ptr_item expected=ptr_task_struct",
    ],
  ])("%s", (_name, code, message) => {
    expect(verdictOf(code)).toBe(message)
  })
})

describe("exceptions, work items and arenas", () => {
  test.each([
    ["a path ends where it throws", "r1 = 1\ncall kfunc bpf_throw\nr0 = r9\nexit", {}, ""],
    [
      "nothing is held where it throws",
      `${RESERVE}\n r1 = 1\n call kfunc bpf_throw${END}`,
      {},
      "Unreleased reference id=2 alloc_insn=6",
    ],
    [
      "what is thrown is the program's result",
      "r1 = 7\ncall kfunc bpf_throw\nexit",
      { type: "cgroup_device" },
      "At program exit the register R1 has smin=7 smax=7 should have been in [0, 1]",
    ],
    [
      "a work item is set up with its own map",
      "r1 = value works\nr2 = map works\nr3 = 0\ncall kfunc bpf_wq_init\nr0 = 0\nexit",
      {},
      "",
    ],
    [
      "a work item is set up with another map",
      "r1 = value works\nr2 = map works\nr3 = 0\nr1 += 8\ncall kfunc bpf_wq_init\nr0 = 0\nexit",
      {},
      "off 8 doesn't point to 'struct bpf_wq' that is at 0",
    ],
    [
      "preemption is disabled at a tail call",
      "r6 = r1\ncall kfunc bpf_preempt_disable\nr1 = r6\nr2 = map jumps\nr3 = 0\ncall bpf_tail_call\ncall kfunc bpf_preempt_enable\nr0 = 0\nexit",
      {},
      "tail_call cannot be used inside bpf_preempt_disable-ed region",
    ],
    [
      "memory of an arena is the program's",
      "r1 = map arena\nr1 = 0\nr1 = addr_space_cast(r1, 0, 1)\n*(u64 *)(r1 +4096) = 1\nr0 = 0\nexit",
      {},
      "",
    ],
    [
      "a cast needs an arena",
      "r1 = 0\nr1 = addr_space_cast(r1, 0, 1)\nr0 = 0\nexit",
      {},
      "addr_space_cast insn can only be used in a program that has an associated arena",
    ],
  ] as const)("%s", (_name, code, options, message) => {
    expect(verdictOf(code, options)).toBe(message)
  })
})

describe("programs that replace a function", () => {
  const types = (argument: "word" | "wide") => {
    const builder = new BtfBuilder()
    const number = (size: number) =>
      builder.add({ kind: "int", name: `u${size * 8}`, size, encoding: "", bits: size * 8, bitOffset: 0 })
    const word = number(4)
    const type = argument === "word" ? word : number(8)
    const proto = { kind: "func_proto", name: "", returns: word, params: [{ name: "a", type }] } as const
    const prototype = builder.add(proto)
    const id = builder.add({ kind: "func", name: "answer", type: prototype, linkage: "global" })
    return { btf: readBtf(builder.build(), { label: "test" }), funcInfo: [{ at: 0, type: id }] }
  }
  const replace = (argument: "word" | "wide", code: string) => {
    const replaced = { ...programOf("r0 = 0\nexit", kernel), ...types("word") }
    // The function stands behind the entry: what calls it does not matter here.
    const target = {
      ...replaced,
      instructions: programOf("call pc+1\nexit\nr0 = 0\nexit", kernel).instructions,
      functions: [
        { name: "test", start: 0, global: true },
        { name: "answer", start: 2, global: true },
      ],
      funcInfo: [{ at: 2, type: replaced.funcInfo[0]!.type }],
    }
    const program = { ...programOf(code, kernel, { type: "ext" }), ...types(argument) }
    return verifyProgram(
      { ...program, extension: { replaces: true, program: target, function: "answer" } },
      kernel,
    ).message
  }

  test("may return what they want", () => {
    expect(replace("word", "r0 = r1\nexit")).toBe("")
  })

  test("take the same arguments", () => {
    expect(replace("wide", "r0 = 0\nexit")).toBe("arg0 in answer() has size 8 while answer() has 4")
  })
})
