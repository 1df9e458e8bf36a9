import { describe, expect, test } from "vitest"
import { ProfileError } from "../base/index.ts"
import { readOverlay } from "./overlay.ts"

const SOUND = {
  release: "5.15",
  version: "5.15.0-hand-made",
  base: "6.1",
  handMade: "for a test",
  functions: [
    { name: "do_execve", address: "81ffff00", returns: "int", params: [{ name: "a", type: "int" }] },
  ],
}

describe("readOverlay", () => {
  test("reads a sound one", () => {
    expect(readOverlay(JSON.stringify(SOUND), "o")).toEqual(SOUND)
  })

  test("says what is wrong with another", () => {
    const refuses = (value: unknown, message: string) => {
      const attempt = () => readOverlay(typeof value === "string" ? value : JSON.stringify(value), "o")
      expect(attempt).toThrow(ProfileError)
      expect(attempt).toThrow(message)
    }
    const [sound] = SOUND.functions
    const withFunction = (changed: unknown) => ({ ...SOUND, functions: [changed] })
    refuses("{", "o: this is no JSON")
    for (const value of ["null", "7", "[]", { ...SOUND, base: undefined }, { ...SOUND, functions: {} }])
      refuses(value, "o: an overlay has release, version, base, handMade and functions")
    refuses(withFunction(null), "o: function 0: its name is no symbol's")
    refuses(withFunction({ ...sound, name: "a b" }), "o: function 0: its name is no symbol's")
    refuses(withFunction({ ...sound, address: "0x12" }), "the address is not eight hex digits")
    refuses(withFunction({ ...sound, returns: undefined }), "must be types in C")
    refuses(withFunction({ ...sound, params: [null] }), "must be types in C")
    refuses(withFunction({ ...sound, returns: `int${"*".repeat(10_000)}` }), "must be types in C")
  })
})
