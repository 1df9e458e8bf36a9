/**
 * Programs whose func_info and line_info do not fit their code, and the line that loading each ends with. The same on a
 * real kernel and on the embedded one.
 */
import type { ObjectSpec } from "skep"

/** Types of the objects: what records of functions may name. */
export const TYPES = ["int", "void *", "returns int", "returns nothing", "entry", "part", "hidden", "silent"]

export interface RecordCase {
  readonly name: string
  /** Two functions, of two instructions each, unless told. */
  readonly code?: string
  /** What func_info says: the slot, and one of TYPES or a number that no type has. */
  readonly functions?: readonly (readonly [at: number, type: string | number])[]
  /** The slots that line_info has. */
  readonly lines?: readonly number[]
  /** The last line of the log (EINVAL); "loads" where kernels take it. */
  readonly says: string
  /** What differs on 6.1. */
  readonly onOld?: string
}

const CALL = "call pc+1\nexit\nr0 = 1\nexit"
const FUNCTIONS = [
  [0, "entry"],
  [2, "part"],
] as const
const LINES = [0, 1, 2, 3]
const LAYOUT = "func_info BTF section doesn't match subprog layout in BPF program"
const NUMBER = "number of funcs in func_info doesn't match number of subprogs"
const LOAD64 = "r1 = 1 ll\ncall pc+1\nexit\nr0 = 1\nexit"
const TAIL_CALL = "call pc+1\nexit\nr2 = 0\nr3 = 0\ncall bpf_tail_call\nr0 = 1\nexit"
const PACKET_LOAD = "r6 = r1\ncall pc+1\nexit\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit"

export const RECORD_CASES: readonly RecordCase[] = [
  { name: "fits", says: "loads" },
  { name: "has a function hidden by its types", functions: [FUNCTIONS[0], [2, "hidden"]], says: "loads" },
  {
    name: "calls a static function that its type calls global",
    functions: [FUNCTIONS[0], [2, "entry"]],
    says: "Caller passes invalid args into func#1 ('entry')",
    onOld: "arg#0 reference type('UNKNOWN ') size cannot be determined: -22",
  },
  { name: "has lines alone", functions: [], says: "loads" },
  { name: "has functions alone", lines: [], says: "loads" },
  { name: "lacks a function", functions: [FUNCTIONS[0]], says: NUMBER },
  { name: "has a function too many", functions: [...FUNCTIONS, [3, "part"]], says: NUMBER },
  {
    name: "begins behind the first instruction",
    functions: [
      [1, "entry"],
      [2, "part"],
    ],
    says: "nonzero insn_off 1 for the first func info record",
  },
  {
    name: "begins late, and lacks a function",
    functions: [[1, "entry"]],
    says: "nonzero insn_off 1 for the first func info record",
    onOld: NUMBER,
  },
  {
    name: "has two functions in one place",
    functions: [
      [0, "entry"],
      [0, "part"],
    ],
    says: "same or smaller insn offset (0) than previous func info record (0)",
  },
  { name: "has a function where none is", functions: [FUNCTIONS[0], [3, "part"]], says: LAYOUT },
  { name: "has a function behind the end", functions: [FUNCTIONS[0], [1000, "part"]], says: LAYOUT },
  {
    name: "names a prototype",
    functions: [FUNCTIONS[0], [2, "returns int"]],
    says: "invalid type id 3 in func info",
  },
  {
    name: "names no type",
    functions: [FUNCTIONS[0], [2, 0]],
    says: "invalid type id 0 in func info",
  },
  {
    name: "names a type that is not there",
    functions: [FUNCTIONS[0], [2, 0xffff_fffe]],
    says: "invalid type id -2 in func info",
  },
  {
    name: "names no function, where none is",
    functions: [FUNCTIONS[0], [3, "int"]],
    says: "invalid type id 1 in func info",
    onOld: LAYOUT,
  },
  {
    name: "names no function, in code that jumps out of it",
    code: "call pc+1\nexit\ngoto pc-2\nexit",
    functions: [FUNCTIONS[0], [2, "int"]],
    says: "invalid type id 1 in func info",
    onOld: "jump out of range from insn 2 to 1",
  },
  {
    name: "has lines in the wrong order",
    lines: [0, 2, 1],
    says: "Invalid line_info[2].insn_off:1 (prev_offset:2 prog->len:4)",
  },
  {
    name: "has two lines in one place",
    lines: [0, 0, 2],
    says: "Invalid line_info[1].insn_off:0 (prev_offset:0 prog->len:4)",
  },
  {
    name: "has a line behind the end",
    lines: [0, 2, 4],
    says: "Invalid line_info[2].insn_off:4 (prev_offset:2 prog->len:4)",
  },
  {
    name: "has a line in the middle of an instruction",
    code: LOAD64,
    functions: [FUNCTIONS[0], [4, "part"]],
    lines: [0, 1, 4],
    says: "Invalid insn code at line_info[1].insn_off",
  },
  { name: "lacks the first line", lines: [1, 2, 3], says: "missing bpf_line_info for func#0" },
  { name: "lacks a function's first line", lines: [0, 1, 3], says: "missing bpf_line_info for func#1" },
  {
    name: "lacks the lines of a function",
    lines: [0, 1],
    says: "missing bpf_line_info for 1 funcs starting from func#1",
  },
  {
    name: "calls a tail without records",
    code: TAIL_CALL,
    functions: [],
    lines: [],
    says: "tail_call is not allowed in subprogs without BTF",
  },
  {
    name: "calls a tail, with lines alone",
    code: TAIL_CALL,
    functions: [],
    lines: [0, 2],
    says: "tail_call is not allowed in subprogs without BTF",
  },
  {
    name: "loads from the packet without records",
    code: PACKET_LOAD,
    functions: [],
    lines: [],
    says: "LD_ABS is not allowed in subprogs without BTF",
  },
  {
    name: "calls a tail where nothing is returned",
    code: TAIL_CALL,
    functions: [FUNCTIONS[0], [2, "silent"]],
    says: "tail_call is only allowed in functions that return 'int'.",
  },
  {
    name: "loads from the packet where nothing is returned",
    code: PACKET_LOAD,
    functions: [FUNCTIONS[0], [3, "silent"]],
    says: "LD_ABS is only allowed in functions that return 'int'.",
  },
]

/** What reads and writes the formats: of the package in a guest, of its sources elsewhere. */
export interface Tools {
  readonly objectOfProgram: typeof import("skep").objectOfProgram
  readonly assemble: typeof import("skep/isa").assemble
  readonly BtfBuilder: typeof import("skep/btf").BtfBuilder
  readonly readBtf: typeof import("skep/btf").readBtf
}

/** A traffic control program with these records. */
export function objectOfCase(
  { code = CALL, functions = FUNCTIONS, lines = LINES }: RecordCase,
  { objectOfProgram, assemble, BtfBuilder, readBtf }: Tools,
): ObjectSpec {
  const object = objectOfProgram({ name: "entry", type: "sched_cls", instructions: assemble(code) })
  const builder = new BtfBuilder()
  const int = builder.add({ kind: "int", name: "int", size: 4, encoding: "signed", bitOffset: 0, bits: 32 })
  const context = builder.add({ kind: "ptr", name: "", type: 0 as typeof int })
  const params = [{ name: "context", type: context }]
  const returnsInt = builder.add({ kind: "func_proto", name: "", params, returns: int })
  const returnsNothing = builder.add({ kind: "func_proto", name: "", params, returns: 0 as typeof int })
  const types = [
    int,
    context,
    returnsInt,
    returnsNothing,
    builder.add({ kind: "func", name: "entry", type: returnsInt, linkage: "global" }),
    builder.add({ kind: "func", name: "part", type: returnsInt, linkage: "static" }),
    builder.add({ kind: "func", name: "hidden", type: returnsInt, linkage: "static" }),
    builder.add({ kind: "func", name: "silent", type: returnsNothing, linkage: "static" }),
  ]
  const program = object.programs[0]!
  return {
    ...object,
    btf: readBtf(builder.build()),
    programs: [
      {
        ...program,
        funcInfo: functions.map(([at, type]) => ({
          at,
          type: typeof type === "number" ? (type as typeof int) : types[TYPES.indexOf(type)]!,
        })),
        lines: lines.map((at, index) => ({
          at,
          file: "a.c",
          text: `line ${index};`,
          line: index + 1,
          column: 1,
        })),
      },
    ],
  }
}

/** The last line of a log, without the statistics that may stand in it. */
export function lastOf(log: string): string | undefined {
  return log
    .split("\n")
    .map(line => line.replace(/processed \d+ insns .*/, ""))
    .findLast(line => line !== "" && !/^(stack depth|verification time)/.test(line))
}

export function expectedLine(release: string, { says, onOld }: RecordCase): string {
  return release === "6.1" ? (onOld ?? says) : says
}
