import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readObject } from "../object/index.ts"
import { MapCodec } from "./map-codec.ts"

const object = readObject(readFileSync(new URL("../cli/run/fixtures/watch-unlink.bpf.o", import.meta.url)), {
  name: "watch",
})
const bss = object.maps.find(map => map.kind === "bss")!
const codec = new MapCodec(bss, object, { keySize: 4, valueSize: bss.valueSize, cpus: 2 }, () => undefined)

describe("the value of a data section", () => {
  test("is variables by name, those left out zero", () => {
    const bytes = codec.encodeValue({ failures: 7n })
    expect(bytes.length).toBe(bss.valueSize)
    expect(codec.decodeValue(bytes)).toEqual({ removal_type: 0n, failures: 7n })
  })

  test("refuses a name that it has not, and what is no object", () => {
    expect(() => codec.encodeValue({ failure: 7n })).toThrow("it has no variable 'failure', only")
    expect(() => codec.encodeValue(7)).toThrow("is an object of variables by name")
  })
})
