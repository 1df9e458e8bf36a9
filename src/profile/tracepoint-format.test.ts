import { describe, expect, test } from "vitest"
import { ProfileError } from "../base/index.ts"
import { parseTracepoint } from "./tracepoint-format.ts"

const FORMAT = `name: sched_process_exec
ID: 311
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;
\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;
\tfield:const char *const *argv;\toffset:64;\tsize:8;\tsigned:0;

print fmt: "filename=%s", __get_str(filename)
`

describe("parseTracepoint", () => {
  test("reads id and fields", () => {
    const { id, fields, format } = parseTracepoint("sched", "sched_process_exec", FORMAT)
    expect(id).toBe(311)
    expect(format).toBe(FORMAT)
    expect(fields.map(({ name, type }) => `${type} | ${name}`)).toEqual([
      "unsigned short | common_type",
      "int | common_pid",
      "__data_loc char[] | filename",
      "unsigned long[6] | args",
      "const char *const * | argv",
    ])
    expect(fields[1]).toMatchObject({ offset: 4, size: 4, signed: true, dynamic: false })
    expect(fields[2]).toMatchObject({ offset: 8, size: 4, signed: false, dynamic: true })
  })

  test("refuses a format without an id", () => {
    expect(() => parseTracepoint("a", "b", "name: b\n")).toThrow(ProfileError)
  })

  test("takes a field of a megabyte in no time", () => {
    const started = performance.now()
    const hostile = `ID: 1\n\tfield:${"a".repeat(1_000_000)}(;\toffset:0;\tsize:2;\tsigned:0;\n`
    expect(parseTracepoint("a", "b", hostile).fields).toEqual([])
    expect(performance.now() - started).toBeLessThan(500)
  })
})
