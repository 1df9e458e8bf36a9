import { expect, test } from "vitest"
import { loadBuiltinProfile } from "../profile/node.ts"
import { BtfBuilder } from "./builder.ts"
import { readBtf } from "./read.ts"

const search = (bytes: Uint8Array, pattern: Uint8Array, from: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(pattern, from)

test("finds what the index of all names finds, in a kernel's types", async () => {
  const { btf: bytes } = (await loadBuiltinProfile("6.12")).sections()
  const [indexed, searched] = [readBtf(bytes), readBtf(bytes, { trusted: search })]
  const names = [
    "task_struct",
    "file",
    "u64",
    "int",
    "list_head",
    "",
    "no_such_type",
    "ask_struct",
    "begin_new_exec",
  ]
  for (let id = 1; id < indexed.count; id += 997) names.push(indexed.type(id).name)
  for (const name of names) expect(searched.findAll(name), name).toEqual(indexed.findAll(name))
  for (const name of ["task_struct", "bpf_iter", "__bpf_trace_tcp_event", "sock"])
    expect([...searched.flavoursOf(name)], name).toEqual([...indexed.flavoursOf(name)])
  expect(searched.count).toBe(indexed.count)
  expect(searched.type(1)).toEqual(indexed.type(1))
})

test("finds flavours, and types of one name", () => {
  const builder = new BtfBuilder()
  const struct = (name: string) => builder.add({ kind: "struct", name, size: 0, members: [] })
  const ids = ["a", "a___b", "a___", "a____c", "ab", "a___d", "a"].map(struct)
  const bytes = builder.build()
  const [indexed, searched] = [readBtf(bytes), readBtf(bytes, { trusted: search })]
  expect(searched.findAll("a")).toEqual([ids[0], ids[6]])
  expect([...searched.flavoursOf("a")]).toEqual([...indexed.flavoursOf("a")])
  expect([...searched.flavoursOf("a")]).toEqual([ids[1], ids[5]])
})

test("falls back to the index where names share their tails", () => {
  const builder = new BtfBuilder()
  const long = builder.add({ kind: "struct", name: "task_struct", size: 0, members: [] })
  const short = builder.add({ kind: "struct", name: "struct", size: 0, members: [] })
  const bytes = builder.build()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  // The second name becomes the end of the first.
  const firstType = view.getUint32(4, true)
  view.setUint32(firstType + 12, view.getUint32(firstType, true) + "task_".length, true)
  const btf = readBtf(bytes, { trusted: search })
  expect(btf.findAll("struct")).toEqual([short])
  expect(btf.findAll("task_struct")).toEqual([long])
})
