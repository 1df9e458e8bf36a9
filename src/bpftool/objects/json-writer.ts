const INDENT = "    "

/**
 * JSON in bpftool's form: on one line, or with every member on a line of its own and arrays of plain values on one.
 * Names may repeat in an object, as anonymous members of C structures do.
 */
export class JsonWriter {
  readonly #pretty: boolean
  #text = ""
  #taken = 0
  #depth = 0
  /** Something stands before what comes next on this level. */
  #separate = false

  constructor(pretty: boolean) {
    this.#pretty = pretty
  }

  get text(): string {
    return this.#text
  }

  /** What was written since the last call, for what comes over time. */
  take(): string {
    const text = this.#text.slice(this.#taken)
    this.#taken = this.#text.length
    return text
  }

  /** An array whose values come over time. */
  async arrayOverTime(fill: () => Promise<void>): Promise<void> {
    this.#open("[")
    await fill()
    this.#close("]")
  }

  object(fill: () => void): void {
    this.#nest("{", "}", fill)
  }

  array(fill: () => void): void {
    this.#nest("[", "]", fill)
  }

  name(name: string): void {
    this.#comma()
    this.#newLine()
    this.#separate = false
    this.#text += `${quote(name)}:${this.#pretty ? " " : ""}`
  }

  /** A value as it stands: a number, or JSON that was made elsewhere. */
  raw(text: string): void {
    this.#comma()
    this.#text += text
  }

  string(value: string): void {
    this.raw(quote(value))
  }

  null(): void {
    this.raw("null")
  }

  field(name: string, value: string | number | bigint | boolean | null): void {
    this.name(name)
    if (typeof value === "string") this.string(value)
    else this.raw(String(value))
  }

  objectField(name: string, fill: () => void): void {
    this.name(name)
    this.object(fill)
  }

  arrayField(name: string, fill: () => void): void {
    this.name(name)
    this.array(fill)
  }

  /** Bytes as bpftool has them: `["0x01","0x02"]`. */
  bytes(bytes: Uint8Array): void {
    this.array(() => {
      for (const byte of bytes) this.string(`0x${byte.toString(16).padStart(2, "0")}`)
    })
  }

  /** Bytes as numbers: `[1,2]`, as bpftool has those that go through a program. */
  numbers(bytes: Uint8Array): void {
    this.array(() => {
      for (const byte of bytes) this.raw(String(byte))
    })
  }

  #nest(open: string, close: string, fill: () => void): void {
    this.#open(open)
    fill()
    this.#close(close)
  }

  #open(bracket: string): void {
    this.#comma()
    this.#text += bracket
    this.#depth += 1
    this.#separate = false
  }

  #close(bracket: string): void {
    this.#depth -= 1
    if (this.#separate) this.#newLine()
    this.#text += bracket
    this.#separate = true
  }

  #comma(): void {
    if (this.#separate) this.#text += ","
    this.#separate = true
  }

  #newLine(): void {
    if (this.#pretty) this.#text += `\n${INDENT.repeat(this.#depth)}`
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
}

/** JSON on one line as `JsonWriter` has it on many, whatever its numbers are. */
export function spreadJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^{}[\],:"\s]+/g) ?? []
  const open: { readonly isObject: boolean; isEmpty: boolean }[] = []
  const newLine = (): string => `\n${INDENT.repeat(open.length)}`
  let [out, last] = ["", ""]
  for (const token of tokens) {
    const inside = open.at(-1)
    if (token === "}" || token === "]") {
      open.pop()
      out += inside?.isEmpty ? token : `${newLine()}${token}`
    } else if (token === "," || token === ":") out += token === ":" ? ": " : ","
    else {
      const isName = inside?.isObject === true && last !== ":"
      if (inside) inside.isEmpty = false
      out += `${isName ? newLine() : ""}${token}`
      if (token === "{" || token === "[") open.push({ isObject: token === "{", isEmpty: true })
    }
    last = token
  }
  return out
}
