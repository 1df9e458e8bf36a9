import { createHash } from "node:crypto"
import { expect, test } from "vitest"
import { encodeUtf8, toHex } from "./bytes.ts"
import { sha256 } from "./sha256.ts"

test.each(["", "abc", "a".repeat(55), "a".repeat(56), "abc".repeat(1000)])("of %j", text => {
  expect(toHex(sha256(encodeUtf8(text)))).toBe(createHash("sha256").update(text).digest("hex"))
})
