import { expect, test } from "vitest"
import { JsonWriter, spreadJson } from "./json-writer.ts"

function write(json: JsonWriter): void {
  json.array(() => {
    json.object(() => {
      json.field("id", 6)
      json.field("name", 'a "b"\n')
      json.arrayField("ids", () => {
        json.raw("1")
        json.raw("2")
      })
      json.arrayField("none", () => {})
      json.objectField("empty", () => {})
      json.field("gone", null)
    })
    json.object(() => json.field("id", 7n))
  })
}

test("writes JSON on one line", () => {
  const json = new JsonWriter(false)
  write(json)
  expect(json.text).toBe(
    String.raw`[{"id":6,"name":"a \"b\"\n","ids":[1,2],"none":[],"empty":{},"gone":null},{"id":7}]`,
  )
})

test("writes members on lines of their own, where bpftool's -p does", () => {
  const json = new JsonWriter(true)
  write(json)
  expect(json.text).toBe(
    [
      "[{",
      '        "id": 6,',
      String.raw`        "name": "a \"b\"\n",`,
      '        "ids": [1,2',
      "        ],",
      '        "none": [],',
      '        "empty": {},',
      '        "gone": null',
      "    },{",
      '        "id": 7',
      "    }",
      "]",
    ].join("\n"),
  )
})

test("spreads JSON on one line as if it had been written on many", () => {
  const [short, long] = [new JsonWriter(false), new JsonWriter(true)]
  write(short)
  write(long)
  expect(spreadJson(short.text)).toBe(long.text)
  expect(spreadJson('{"big":18446744073709551615,"text":"a,b:{\\"c\\"}"}')).toBe(
    '{\n    "big": 18446744073709551615,\n    "text": "a,b:{\\"c\\"}"\n}',
  )
})
