import { expect, test } from "vitest"
import { SymbolText } from "./symbol-text.ts"

const symbols = new SymbolText(
  [
    "0000000000000000 A fixed_percpu_data",
    "ffffffff81000000 T _stext",
    "ffffffff81000000 T _text",
    "ffffffff81234560 T __bpf_call_base",
    "ffffffffc0001000 t veth_xmit\t[veth]",
    "ffffffffc0002000 t bpf_prog_6deef7357e7b4530_pass\t[bpf]",
    "",
  ].join("\n"),
)

test("the first name of an address, without the module", () => {
  expect(symbols.nameAt(0xffffffff81000000n)).toBe("_stext")
  expect(symbols.nameAt(0xffffffffc0002000n)).toBe("bpf_prog_6deef7357e7b4530_pass")
  expect(symbols.nameAt(0xffffffff81000001n)).toBeUndefined()
  expect(symbols.nameAt(0n)).toBeUndefined()
})

test("the address of a whole name", () => {
  expect(symbols.addressOf("__bpf_call_base")).toBe(0xffffffff81234560n)
  expect(symbols.addressOf("veth_xmit")).toBe(0xffffffffc0001000n)
  expect(symbols.addressOf("bpf_call_base")).toBeUndefined()
})
