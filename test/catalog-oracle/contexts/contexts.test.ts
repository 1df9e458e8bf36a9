// contextAccess says what two real kernels said, for every program type, attach type, offset, size and
// direction.
import { beforeAll, describe, expect, test } from "vitest"
import type { Btf } from "../../../src/btf/index.ts"
import {
  type ContextAnswer,
  type ContextQuestion,
  contextAccess,
  type LoadedValue,
} from "../../../src/catalog/details.ts"
import type { Release } from "../../../src/catalog/index.ts"
import { loadBuiltinProfile } from "../../../src/profile/node.ts"
import { type LetteredGolden, offsets, RELEASES, readGolden, type Subject, unpack } from "./read-golden.ts"
import { targetOf } from "./signature-of.ts"

describe.each(RELEASES)("the verifier of %s", release => {
  const golden = readGolden<LetteredGolden>("contexts", release)
  let btf: Btf
  beforeAll(async () => {
    btf = (await loadBuiltinProfile(release)).btf()
  })

  test.each(golden.subjects.map(subject => [subject.name, subject] as const))("%s", (_, subject) => {
    const asked = questionOf(subject, release, btf)
    const disagreements: string[] = []
    for (const [row, index] of Object.entries(subject.rows)) {
      const [form, bytes] = row.split(" ")
      const size = Number(bytes) as ContextQuestion["size"]
      const letters = unpack(golden.rows[index]!)
      const places = offsets(subject)
      expect(letters.length).toBe(places.length)
      places.forEach((offset, at) => {
        const answer = contextAccess({ ...asked, ...FORMS[form as keyof typeof FORMS], offset, size })
        const kernel = golden.answers[letters[at]!]!
        const ours = spell(answer, release, form!, size)
        if (ours !== kernel) disagreements.push(`${row} at ${offset}: kernel ${kernel}; ours ${ours}`)
      })
    }
    expect(disagreements.slice(0, 20)).toEqual([])
  })
})

const FORMS = {
  read: { access: "read", form: "plain" },
  readSigned: { access: "read", form: "signExtending" },
  write: { access: "write", form: "plain" },
  writeImmediate: { access: "write", form: "immediate" },
} as const

function questionOf(
  subject: Subject,
  release: Release,
  btf: Btf,
): Omit<ContextQuestion, "offset" | "size" | "access"> {
  const { programType, attachType, target } = subject
  return {
    programType,
    attachType,
    release,
    bpfCapable: subject.privilege === "all",
    extends: subject.extends,
    operations: target.kind === "struct" ? target.name : undefined,
    target: targetOf(subject, release, btf),
  }
}

/** Our answer in the words of the golden file, whose numbers and function names are blotted out. */
function spell(answer: ContextAnswer, release: Release, form: string, size: number): string {
  const log = answer.log
    .map(line => line.replace(/\d+/g, "#").replace(/func '[^']*'/, "func '@'"))
    .join(" / ")
  if (!answer.allowed) return log
  if (answer.value === undefined) return "written"
  return `${spellValue(answer.value, release, form, size)}${log === "" ? "" : ` | ${log}`}`
}

function spellValue(value: LoadedValue, release: Release, form: string, size: number): string {
  switch (value.kind) {
    case "scalar":
      return spellScalar(release, form, size)
    case "returnValue":
      return form === "read" && size === 8
        ? "scalar(smin=smin32=-4095,smax=smax32=0)"
        : form === "read" && size === 4
          ? "scalar(smin=0,smax=umax=0xffffffff,smin32=-4095,smax32=0,var_off=(0x0; 0xffffffff))"
          : spellScalar(release, form, size)
    case "packet":
      return "pkt()"
    case "packetEnd":
      return "pkt_end()"
    case "packetMeta":
      return "pkt_meta()"
    case "socket":
      return value.orNull ? "sock_or_null(id)" : "sock()"
    case "socketCommon":
      return value.orNull ? "sock_common_or_null(id)" : "sock_common()"
    case "flowKeys":
      return "flow_keys()"
    case "tracepointBuffer":
      return "tp_buffer()"
    case "buffer":
      return `${value.readOnly ? "rdonly_" : ""}buf_or_null(id)`
    case "structure": {
      const memory = value.memory === "kernel" ? "" : `${value.memory}_`
      const trust = value.trusted ? "trusted_" : ""
      return value.orNull
        ? `${trust}${memory}ptr_or_null_${value.name}(id)`
        : `${trust}${memory}ptr_${value.name}()`
    }
    default:
      return value satisfies never
  }
}

function spellScalar(release: Release, form: string, size: number): string {
  if (size === 8) return "scalar()"
  if (form === "readSigned")
    return {
      1: "scalar(smin=smin32=-128,smax=smax32=127)",
      2: "scalar(smin=smin32=-32768,smax=smax32=32767)",
      4: "scalar(smin=0xffffffff80000000,smax=0x7fffffff)",
    }[size as 1 | 2 | 4]
  const old = release === "6.1"
  return {
    1: old
      ? "scalar(umax=255,var_off=(0x0; 0xff))"
      : "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))",
    2: old
      ? "scalar(umax=65535,var_off=(0x0; 0xffff))"
      : "scalar(smin=smin32=0,smax=umax=smax32=umax32=0xffff,var_off=(0x0; 0xffff))",
    4: old
      ? "scalar(umax=4294967295,var_off=(0x0; 0xffffffff))"
      : "scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
  }[size as 1 | 2 | 4]
}
