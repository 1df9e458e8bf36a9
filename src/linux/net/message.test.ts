import { describe, expect, test } from "vitest"
import { NetlinkError } from "../../kernel/index.ts"
import {
  decodeAttributes,
  encodeAttributes,
  nested,
  nestedOf,
  numberOf,
  s32,
  text,
  textOf,
  u16,
  u32,
} from "./attributes.ts"
import { decodeMessages, encodeMessage, failureOf, NLMSG_DONE, NLMSG_ERROR } from "./message.ts"

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], byte => Number.parseInt(byte, 16))

describe("netlink attributes", () => {
  test("are padded to four bytes, nested ones flagged", () => {
    const bytes = encodeAttributes([text(1, "bpf"), u16(21, 6), nested(2, [u32(8, 1)])])
    expect(bytes).toEqual(hex("0800 0100 62706600  0600 1500 0600 0000  0c00 0280 0800 0800 01000000"))
  })

  test("come back as they were sent", () => {
    const attributes = decodeAttributes(
      encodeAttributes([text(3, "v0"), nested(43, [s32(1, -1), u32(3, 16)])]),
    )
    expect(textOf(attributes, 3)).toBe("v0")
    const inner = nestedOf(attributes, 43)
    expect(numberOf(inner, 1)).toBe(0xffff_ffff)
    expect(numberOf(inner, 3)).toBe(16)
    expect(numberOf(inner, 4)).toBeUndefined()
    expect(nestedOf(attributes, 99).size).toBe(0)
  })

  test("of which the last has no padding are read", () => {
    expect(textOf(decodeAttributes(hex("0600 0100 6100")), 1)).toBe("a")
  })

  test.each([
    ["a length below the header's", "0300 0100"],
    ["a length beyond the message", "0900 0100 00000000"],
    ["a length of zero, which would never end", "0000 0000 0000 0000"],
  ])("with %s are refused", (_, bytes) => {
    expect(() => decodeAttributes(hex(bytes))).toThrow(NetlinkError)
  })

  test("of no number's width are no numbers", () => {
    expect(() => numberOf(decodeAttributes(hex("0700 0100 010203")), 1)).toThrow("attribute 1 has 3 bytes")
  })

  test("of 64 KiB are not sent", () => {
    expect(() => encodeAttributes([{ type: 1, value: new Uint8Array(65536) }])).toThrow("more than 65531")
  })
})

describe("netlink messages", () => {
  test("have a header, a fixed part and attributes", () => {
    const bytes = encodeMessage({ type: 19, flags: 5, sequence: 7 }, Uint8Array.of(1, 2), [u32(1, 2)])
    expect(bytes).toEqual(hex("1c000000 1300 0500 07000000 00000000 0102 0000 0800 0100 02000000"))
    const [message] = decodeMessages(bytes)
    expect(message).toMatchObject({ type: 19, flags: 5, sequence: 7 })
    expect(message?.payload).toEqual(bytes.subarray(16))
  })

  test.each([
    ["a truncated header", "1000 0000 0300"],
    ["a length below the header's", "0800 0000 0300 0000 0100 0000 0000 0000"],
    ["a length beyond the datagram", "1400 0000 0300 0000 0100 0000 0000 0000"],
  ])("with %s are refused", (_, bytes) => {
    expect(() => decodeMessages(hex(bytes))).toThrow(NetlinkError)
  })

  test("that report success are no failure", () => {
    expect(
      failureOf({ type: NLMSG_ERROR, flags: 0x100, sequence: 1, payload: new Uint8Array(20) }),
    ).toBeUndefined()
    expect(failureOf({ type: NLMSG_DONE, flags: 0, sequence: 1, payload: new Uint8Array(4) })).toBeUndefined()
  })

  const words = encodeAttributes([text(1, "XDP program already attached")])
  const request = encodeMessage({ type: 19, flags: 5, sequence: 7 }, new Uint8Array(16))
  const answer = (copy: Uint8Array): Uint8Array =>
    Uint8Array.of(...new Uint8Array(Int32Array.of(-16).buffer), ...copy, ...words)

  test.each([
    ["a capped copy of the request", 0x300, request.subarray(0, 16)],
    ["the whole request", 0x200, request],
  ])("tell the kernel's own words behind %s", (_, flags, copy) => {
    const failure = failureOf({ type: NLMSG_ERROR, flags, sequence: 7, payload: answer(copy) })
    expect(failure).toMatchObject({ errno: "EBUSY", number: 16, said: "XDP program already attached" })
    expect(failure?.message).toContain("XDP program already attached (EBUSY)")
  })

  test("without words tell the errno", () => {
    const payload = answer(request.subarray(0, 16)).subarray(0, 20)
    const failure = failureOf({ type: NLMSG_ERROR, flags: 0x100, sequence: 7, payload })
    expect(failure?.said).toBeUndefined()
    expect(failure?.message).toBe("netlink: Device or resource busy (EBUSY)")
  })

  test("whose request's length leads out of them have no words", () => {
    const payload = answer(request.subarray(0, 16))
    new DataView(payload.buffer).setUint32(4, 0xffff_fff0, true)
    expect(failureOf({ type: NLMSG_ERROR, flags: 0x200, sequence: 7, payload })?.said).toBeUndefined()
  })

  test("of any bytes give messages or a NetlinkError, in bounded time", () => {
    let state = 12345
    const random = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return state >>> 8
    }
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: random() % 80 }, () =>
        random() % 3 === 0 ? random() : random() % 24,
      )
      try {
        for (const message of decodeMessages(bytes)) {
          failureOf({ ...message, type: NLMSG_ERROR })
          decodeAttributes(message.payload)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(NetlinkError)
      }
    }
  })
})
