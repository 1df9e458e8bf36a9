import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { encodeUtf8, ProfileError } from "../base/index.ts"
import { packContainer, unpackContainer } from "./container.ts"

const FACTS = { release: "6.12" }
const packed = await packContainer(
  FACTS,
  new Map([
    ["symbols", encodeUtf8("81000000 T f a_function\n".repeat(50))],
    ["empty", new Uint8Array(0)],
  ]),
)

/** A container with any header, sound or not. */
function withHeader(header: string, sections = new Uint8Array(0), format = 1): Uint8Array {
  const text = encodeUtf8(header)
  const bytes = new Uint8Array(12 + text.length + sections.length)
  bytes.set(encodeUtf8("SKEP"))
  new DataView(bytes.buffer).setUint32(4, format, true)
  new DataView(bytes.buffer).setUint32(8, text.length, true)
  bytes.set(text, 12)
  bytes.set(sections, 12 + text.length)
  return bytes
}

describe("profile container", () => {
  test("gives back facts and sections", async () => {
    const { facts, sections } = await unpackContainer(packed, "p")
    expect(facts).toEqual(FACTS)
    expect([...sections.keys()]).toEqual(["symbols", "empty"])
    expect(sections.get("symbols")?.length).toBe(24 * 50)
  })

  test("gives the same with another inflate", async () => {
    const asked: number[] = []
    const zeros = async (_packed: Uint8Array, size: number) => {
      asked.push(size)
      return new Uint8Array(size)
    }
    const { sections } = await unpackContainer(packed, "p", zeros)
    expect(asked).toEqual([24 * 50, 0])
    expect(sections.get("symbols")).toEqual(new Uint8Array(24 * 50))
  })

  test("names what is wrong", async () => {
    const rejects = (bytes: Uint8Array) => expect(unpackContainer(bytes, "file")).rejects
    await rejects(new Uint8Array(0)).toThrow('file: this is no kernel profile: it does not start with "SKEP"')
    await rejects(withHeader("{}", undefined, 7)).toThrow("file: profile format 7, this Skep reads 1")
    await rejects(withHeader("{")).toThrow("file: the header is damaged")
    await rejects(withHeader('{"sections":7}')).toThrow("file: the header is damaged")
    await rejects(packed.subarray(0, packed.length - 30)).toThrow(/^file: section \w+ is cut off/)
  })

  test("never inflates more than the header says", async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(10_000_000)))
    const header = { facts: {}, sections: [{ name: "btf", compressed: bomb.length, size: 100 }] }
    await expect(unpackContainer(withHeader(JSON.stringify(header), bomb), "p")).rejects.toThrow(
      "p: section btf is damaged",
    )
  })

  test("refuses sizes and counts that no kernel has before it allocates", async () => {
    const section = { name: "btf", compressed: 0, size: 100_000_000 }
    for (const sections of [
      [{ ...section, size: 2 ** 40 }],
      [{ ...section, size: -1 }],
      [section, section],
      Array.from({ length: 33 }, () => ({ ...section, size: 0 })),
    ])
      await expect(unpackContainer(withHeader(JSON.stringify({ facts: {}, sections })), "p")).rejects.toThrow(
        "p: the header is damaged",
      )
  })

  test("says a wrong size", async () => {
    const section = new Uint8Array(gzipSync(encodeUtf8("four")))
    const header = { facts: {}, sections: [{ name: "config", compressed: section.length, size: 5 }] }
    await expect(unpackContainer(withHeader(JSON.stringify(header), section), "p")).rejects.toThrow(
      "p: section config has 4 bytes, the header says 5",
    )
  })

  test("answers every truncation and every changed byte with a value or a ProfileError", async () => {
    let failures = 0
    const attempt = async (bytes: Uint8Array) => {
      try {
        await unpackContainer(bytes, "p")
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileError)
        failures++
      }
    }
    for (let length = 0; length < packed.length; length++) await attempt(packed.subarray(0, length))
    expect(failures).toBe(packed.length)
    for (let at = 0; at < packed.length; at++) {
      const changed = packed.slice()
      changed[at] = (changed[at] as number) ^ 0xff
      await attempt(changed)
    }
    expect(failures).toBeGreaterThan(packed.length * 1.5)
  })
})
