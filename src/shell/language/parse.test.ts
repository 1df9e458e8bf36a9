import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/index.ts"
import { expandText, expandWords, type Surroundings } from "./expand.ts"
import { parse } from "./parse.ts"

const around: Surroundings = {
  variable: name => ({ A: "one two", B: "x", "?": "3", HOME: "/root" })[name],
  names: directory =>
    ({ "/sys/class/net": ["lo", "eth0", "eth1"], ".": ["b.o", "a.o", ".hidden"] })[directory] ?? [],
}

/** Each command's words, with "|" between those of a pipeline and the condition before. */
function read(text: string): unknown[] {
  const parsed = parse(text)
  if (parsed.kind === "incomplete") return [parsed.missing]
  return parsed.items.map(({ when, pipeline }) => [
    when,
    ...pipeline.commands.map(({ words }) => expandWords(words, around)),
  ])
}

const words = (text: string): unknown => (read(text)[0] as unknown[])[1]

describe("command lines", () => {
  test.each([
    ["echo 'a  b' \"c $B\" d\\ e", ["echo", "a  b", "c x", "d e"]],
    ["echo $A \"$A\" '$A'", ["echo", "one", "two", "one two", "$A"]],
    ["echo a#b # not this", ["echo", "a#b"]],
    ["echo '' \"\"", ["echo", "", ""]],
    ["echo $NONE end", ["echo", "end"]],
    ["echo $\u007bB}y$? $", ["echo", "xy3", "$"]],
    ["ls ~/x '~'", ["ls", "/root/x", "~"]],
    [
      "ls /sys/class/net/eth* *.o '*.o' no*",
      ["ls", "/sys/class/net/eth0", "/sys/class/net/eth1", "a.o", "b.o", "*.o", "no*"],
    ],
    ["ls /sys/class/net/[!e]? eth[01]", ["ls", "/sys/class/net/lo", "eth[01]"]],
    ["a \\\n b", ["a", "b"]],
    ['echo "a\\"b\\$B\\n"', ["echo", 'a"b$B\\n']],
  ])("%s", (line, expected) => {
    expect(words(line)).toEqual(expected)
  })

  test("lists and pipelines", () => {
    expect(read("a && b || c; d | e\nf")).toEqual([
      ["always", ["a"]],
      ["after success", ["b"]],
      ["after failure", ["c"]],
      ["always", ["d"], ["e"]],
      ["always", ["f"]],
    ])
    expect(read("a &&\n b |\n c")).toEqual([
      ["always", ["a"]],
      ["after success", ["b"], ["c"]],
    ])
    expect(read("\n# nothing\n\n")).toEqual([])
  })

  test("redirections and assignments", () => {
    const parsed = parse("X=1 Y=$B cmd 2>/dev/null >out <in >>more 2>&1 3")
    if (parsed.kind !== "list") throw new Error("incomplete")
    const [command] = parsed.items[0]!.pipeline.commands
    expect(command?.assignments.map(({ name, value }) => [name, expandText(value, around)])).toEqual([
      ["X", "1"],
      ["Y", "x"],
    ])
    expect(command?.redirects.map(({ fd, kind, target }) => [fd, kind, expandText(target, around)])).toEqual([
      [2, "write", "/dev/null"],
      [1, "write", "out"],
      [0, "read", "in"],
      [1, "append", "more"],
      [2, "copy", "1"],
    ])
    expect(expandWords(command?.words ?? [], around)).toEqual(["cmd", "3"])
  })

  test.each([
    ["echo 'a", "'"],
    ['echo "a', '"'],
    ["a |", "a command behind |"],
    ["a &&", "a command behind &&"],
    ["a ||\n", "a command behind ||"],
    ["a \\", "what the backslash stands before"],
  ])("%j is to go on", (line, missing) => {
    expect(read(line)).toEqual([missing])
  })

  test.each([
    ["sleep 1 &", "background"],
    ["echo $(id)", "command substitution"],
    ["echo `id`", "command substitution"],
    ["(cd /)", "subshells"],
    ["| cat", "'|' has no command before it"],
    ["echo >", "'>' wants a file behind it"],
    ["for x in a; do echo; done", "'for' is not supported"],
    ["a && && b", "'&&' has no command before it"],
    ["echo 5>x", "descriptor 5 cannot be redirected"],
    ["echo $\u007bA:-b}", "names alone"],
  ])("%j is refused", (line, why) => {
    expect(() => parse(line)).toThrow(UsageError)
    expect(() => parse(line)).toThrow(why)
  })
})
