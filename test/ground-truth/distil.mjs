// Turns what the loader printed into goldens that two boots of one kernel agree on: addresses become names.

const KERNEL_TEXT = 0xffff_ffff_8000_0000n
/** With five-level page tables, as QEMU's largest CPU has them, kernel addresses begin here. */
const KERNEL = 0xff00_0000_0000_0000n
/** Numbers from here on, where static programs are loaded, are taken for addresses; but for clone's flags. */
const USER = 0x40_0000n
const CLONE_FLAGS = [0x0120_0000n, 0x0120_00ffn]
const ARGUMENT_REGISTERS = [14, 13, 12, 11, 9, 8]
const [AX, IP] = [10, 16]

/** Records of one run of trace.bpf.c, each with the flags of its line in the trace buffer. */
export function distilTrace(output, profile) {
  const { shell, records, trace, refusals } = readOutput(output)
  const name = namer(profile)
  const prototypes = prototypeReader(profile)
  const children = [...new Set(records.map(record => record.tgid).filter(tgid => tgid !== shell))]
  if (children.length > 1) throw new Error(`one child was expected, not ${children.join(", ")}`)
  const flags = flagsOf(trace, records)
  return {
    ...(refusals.length === 0 ? {} : { refusals }),
    records: records.map((record, index) => ({
      task: record.tgid === shell ? "shell" : "child",
      hook: record.hook,
      comm: record.comm,
      ...(record.pid === record.tgid ? {} : { pid: record.pid }),
      ...(record.uid === 0 ? {} : { uid: record.uid }),
      ...(record.text === "" ? {} : { text: record.text }),
      ...hookValues(record, owners(name, shell, children[0]), prototypes, profile),
      flags: flags[index],
    })),
  }
}

const TRACE_LINE = /^ *(.*)-(\d+) +\[(\d+)\] (\S+) +\d+\.\d+: bpf_trace_printk: (.*)$/

/** Each program prints its hook right after its record, so lines and records go together one by one. */
function flagsOf(trace, records) {
  if (trace.length !== records.length)
    throw new Error(`${trace.length} lines in the trace buffer, ${records.length} records`)
  return trace.map((line, index) => {
    // The name is the one that the process has had last: a cache of the trace buffer.
    const [, , pid, cpu, flags, text] = TRACE_LINE.exec(line) ?? []
    const record = records[index]
    if (text !== record.hook || Number(pid) !== record.pid || Number(cpu) !== record.cpu)
      throw new Error(`line ${index} does not belong to ${record.hook} of ${record.comm}: ${line}`)
    // Whether the scheduler wants the CPU is a matter of timing.
    return `${flags[0]}.${flags.slice(2)}`
  })
}

/** Answers, samples and trace lines of one run of memory.bpf.c or maps.bpf.c. */
export function distilAnswers(output) {
  const { answers, samples, trace, refusals } = readOutput(output)
  return {
    ...(refusals.length === 0 ? {} : { refusals }),
    answers: answers.map(({ call, result, data }) => ({ call, result, ...marked(data) })),
    ...(samples.length === 0 ? {} : { samples: samples.map(({ rawSize, bytes }) => ({ rawSize, bytes })) }),
    ...(trace.length === 0 ? {} : { lines: trace.map(lineText) }),
  }
}

/** A buffer that no helper touched is left out, and so is the untouched rest. */
function marked(data) {
  const touched = data.replace(/(aa)+$/, "")
  return touched === "" ? {} : { data: touched }
}

/** What stands behind the name, process, CPU, flags and time of a line. */
function lineText(line) {
  return TRACE_LINE.exec(line)?.[5] ?? line
}

/** The hello exhibit's events as its struct says, and the trace lines. */
export function distilHello(output) {
  const { shell, samples, trace } = readOutput(output)
  const events = samples.map(sample => {
    const bytes = Buffer.from(sample.bytes, "hex")
    const text = (from, length) => bytes.toString("latin1", from, from + length).replace(/\0.*$/s, "")
    return {
      pid: bytes.readInt32LE(0),
      uid: bytes.readInt32LE(4),
      command: text(8, 16),
      path: text(24, 32),
      message: text(56, 16),
      recordSize: sample.recordSize,
      rawSize: sample.rawSize,
    }
  })
  const lines = trace.map(line => {
    const [, comm, , cpu, flags, text] = TRACE_LINE.exec(line) ?? []
    return { comm, cpu: Number(cpu), flags: `${flags[0]}.${flags.slice(2)}`, text }
  })
  return { shell, events, lines }
}

function readOutput(output) {
  const result = { shell: 0, records: [], answers: [], samples: [], trace: [], refusals: [] }
  for (const line of output.split("\n").filter(line => line !== "")) {
    if (line.startsWith("# ")) {
      result.trace.push(line.slice(2))
      continue
    }
    const value = JSON.parse(line)
    if ("libbpf" in value || "attach" in value || "load" in value) result.refusals.push(shortened(value))
    else if ("shell" in value) result.shell = value.shell
    else if ("sample" in value) result.samples.push(value.sample)
    else if ("call" in value) result.answers.push(value)
    else result.records.push(value)
  }
  return result
}

const LOG_LINES = 4

/** Of a verifier's log only the end is kept, where it says what is wrong. */
function shortened(refusal) {
  if (!refusal.libbpf?.includes("BEGIN PROG LOAD LOG")) return refusal
  const lines = refusal.libbpf.split("\n").filter(line => !/LOAD LOG --|^processed /.test(line))
  return { log: lines.slice(-LOG_LINES).join("\n") }
}

/** Pids are named after their owners. */
function owners(name, shell, child) {
  return value => {
    if (value === BigInt(shell)) return "shell pid"
    return child !== undefined && value === BigInt(child) ? "child pid" : name(value)
  }
}

/**
 * What the hook gave, by its kind; `name` says what a number becomes. Of the registers that a probe sees, those that
 * hold arguments, the result and the instruction pointer: what the others hold depends on how the probe was reached.
 */
export function hookValues(record, name, prototypes, profile) {
  const words = record.words.map(word => BigInt(`0x${word}`))
  const [kind, ...rest] = record.hook.split("/")
  const called = record.function === "0" ? {} : { function: name(BigInt(`0x${record.function}`)) }
  switch (kind) {
    case "kprobe": {
      const count = Math.min(prototypes(rest[0]), ARGUMENT_REGISTERS.length)
      const args = ARGUMENT_REGISTERS.slice(0, count).map(index => name(words[index]))
      return { ...called, args, ip: name(words[IP]) }
    }
    case "kretprobe":
      return { ...called, ret: name(words[AX]), ip: name(words[IP]) }
    case "fentry":
      return { ...called, args: words.slice(0, record.count).map(name) }
    case "fexit":
      return { ...called, args: words.slice(0, record.count).map(name), ret: name(words[6]) }
    case "tp":
      return eventValues(rest[0], rest[1].split(" ")[0] ?? "", words, record, name, profile)
    default:
      return { args: words.slice(0, record.count).map(name) }
  }
}

/**
 * The first eight bytes of what "tp" programs see are a pointer to registers, not the record's common fields. For
 * syscalls/* the call's number, then arguments or the result as 64-bit words, follow; else the record's own fields.
 */
function eventValues(category, event, words, record, name, profile) {
  const format = profile.tracepoint(category, event)
  const own = format.fields.filter(field => !field.name.startsWith("common_"))
  if (category === "syscalls") return { words: words.slice(1, 1 + own.length).map(name) }
  return { fields: fieldsOf(record, own, name) }
}

/** The record of a trace event by its format file; only as much of it as was copied. */
function fieldsOf(record, own, name) {
  const bytes = Buffer.alloc(96)
  record.words
    .slice(0, 12)
    .forEach((word, index) => void bytes.writeBigUInt64LE(BigInt(`0x${word}`), index * 8))
  const fields = {}
  for (const field of own) {
    const { offset, size, dynamic, type } = field
    if (offset + size > bytes.length) continue
    const raw = () =>
      BigInt(
        `0x${Buffer.from(bytes.subarray(offset, offset + size))
          .reverse()
          .toString("hex")}`,
      )
    if (dynamic) {
      const place = bytes.readUInt32LE(offset)
      const [at, length] = [place & 0xffff, place >>> 16]
      fields[field.name] = {
        offset: at,
        length,
        text: bytes.toString("latin1", at, at + length).replace(/\0.*$/s, ""),
      }
    } else if (/^char\[/.test(type))
      fields[field.name] = bytes.toString("latin1", offset, offset + size).replace(/\0.*$/s, "")
    else if (type.endsWith("]"))
      fields[field.name] = Array.from({ length: size / 8 }, (_, index) =>
        name(bytes.readBigUInt64LE(offset + index * 8)),
      )
    else fields[field.name] = name(BigInt.asUintN(64, field.signed ? BigInt.asIntN(size * 8, raw()) : raw()))
  }
  return fields
}

/** Numbers stay, code becomes symbol+offset, other addresses are numbered as they come. */
function namer(profile) {
  const symbols = profile.symbols()
  const seen = new Map()
  const numbered = (kind, value) => {
    const key = `${kind} ${value}`
    if (!seen.has(key))
      seen.set(key, `${kind}#${[...seen.keys()].filter(other => other.startsWith(kind)).length + 1}`)
    return seen.get(key)
  }
  return value => {
    const isFlags = value >= CLONE_FLAGS[0] && value <= CLONE_FLAGS[1]
    if (value < USER || isFlags || (value >= 0xffff_f000n && value < 1n << 32n)) return Number(value)
    if (value >= (1n << 64n) - 4096n) return Number(BigInt.asIntN(64, value))
    if (value >= KERNEL_TEXT) {
      const place = symbols.at(value)
      return place ? `${place.name}+0x${place.offset.toString(16)}` : "kernel text"
    }
    return numbered(value >= KERNEL ? "kernel" : value < 1n << 47n ? "user" : "odd", value)
  }
}

/** Number of parameters of a function by its BTF. */
export function prototypeReader(profile) {
  const btf = profile.btf()
  return place => {
    const id = btf.find(place.replace(/[+. ].*$/, ""), "func")
    if (id === undefined) return 6
    return btf.type(btf.type(id).type).params.length
  }
}
