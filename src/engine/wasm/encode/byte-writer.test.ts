import { expect, test } from "vitest"
import { ByteWriter } from "./byte-writer.ts"

const written = (write: (out: ByteWriter) => void): string => {
  const out = new ByteWriter()
  write(out)
  return Buffer.from(out.toBytes()).toString("hex")
}

test("integers of every size are written the same way", () => {
  // The core specification's example, section 5.2.2.
  expect(written(out => out.s32(-123456))).toBe("c0bb78")
  expect(written(out => out.u32(624485))).toBe("e58e26")
  for (const number of [
    0,
    1,
    -1,
    63,
    64,
    -64,
    -65,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 + 5,
    -(2 ** 40),
    2 ** 53 - 1,
    1 - 2 ** 53,
  ]) {
    const wide = written(out => out.s64(BigInt(number)))
    expect(
      written(out => out.s53(number)),
      String(number),
    ).toBe(wide)
    if ((number | 0) === number) expect(written(out => out.s32(number))).toBe(wide)
  }
  expect(written(out => out.s64(-(2n ** 63n)))).toBe("8080808080808080807f")
})
