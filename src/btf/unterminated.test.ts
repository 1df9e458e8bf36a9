import { expect, test } from "vitest"
import { BtfBuilder } from "./builder.ts"
import { readBtf } from "./read.ts"
import { unterminatedText } from "./unterminated.ts"

test("texts that fill their arrays are named, those that end in time and other arrays are not", () => {
  const builder = new BtfBuilder()
  const char = builder.add({ kind: "int", name: "char", size: 1, encoding: "signed", bitOffset: 0, bits: 8 })
  const byte = builder.add({ kind: "int", name: "u8", size: 1, encoding: "", bitOffset: 0, bits: 8 })
  const array = (element: typeof char) =>
    builder.add({ kind: "array", name: "", element, index: char, length: 4 })
  const [text, bytes] = [array(char), array(byte)]
  const member = (name: string, type: typeof char, at: number) => ({
    name,
    type,
    bitOffset: at * 8,
    bitSize: 0,
  })
  const members = [member("ends", text, 0), member("full", text, 4), member("raw", bytes, 8)]
  const struct = builder.add({ kind: "struct", name: "event", size: 12, members })
  const btf = readBtf(builder.build())
  const value = new TextEncoder().encode("abc\0abcdwxyz")
  expect(unterminatedText(btf, struct, value)).toEqual(["full"])
  expect(unterminatedText(btf, struct, value.subarray(0, 8))).toEqual([])
})
