import { type ContextAnswer, contextAccess, type LoadedValue } from "../../catalog/details.ts"
import { between, isNull, UNKNOWN } from "../domain/index.ts"
import { writeSourceLine } from "../log/steps.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, Rejection, reject, unsupported } from "../reject.ts"
import { type Register, setPointer, setScalar } from "../state/register.ts"
import { FLAG, TYPE, typeName } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import type { Access } from "./memory.ts"
import { returnRange } from "./return-values.ts"

/** A load or store through the context: the catalogue knows what each program type may access. */
export function accessContext(walk: Walk, access: Access, pointer: Register, offset: number): void {
  checkUnmoved(walk, access.base, pointer)
  const answer = answerFor(walk, access, offset)
  for (const line of answer.log.slice(0, answer.allowed ? undefined : -1)) walk.log.line(line)
  if (!answer.allowed) {
    const last = answer.log.at(-1) ?? answer.reason
    // The source line comes after the complaint.
    walk.log.line(last)
    writeSourceLine(walk, walk.at, "; ")
    throw new Rejection(ERRNO.EACCES, last, "context-access")
  }
  if (access.kind === "read" && access.value !== undefined && answer.value)
    loadValue(walk, access.value, answer.value)
}

const FORMS = ["plain", "signExtending", "immediate"] as const

/** The catalogue is asked once for each kind of access. */
function answerFor(walk: Walk, { kind, size, value, signed }: Access, offset: number): ContextAnswer {
  const { program, kernel, contextAnswers } = walk
  const form = signed ? 1 : kind === "write" && value === undefined ? 2 : 0
  const key = ((offset * 16 + size) * 2 + (kind === "write" ? 1 : 0)) * 4 + form
  const known = contextAnswers.get(key)
  if (known) return known
  const answer = contextAccess({
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    architecture: kernel.architecture,
    offset,
    size: size as 1 | 2 | 4 | 8,
    access: kind,
    form: FORMS[form],
    bpfCapable: walk.privileges.bpf,
    target: program.target?.signature,
    operations: program.target?.operations,
  })
  contextAnswers.set(key, answer)
  return answer
}

/** Pointers that may only be used as they were given. */
export function checkUnmoved(walk: Walk, number: number, pointer: Register, fixedAllowed = false): void {
  const { off, scalar } = pointer
  const name = typeName(pointer.type)
  if (off < 0)
    reject(
      walk,
      ERRNO.EACCES,
      `negative offset ${name} ptr R${number} off=${off} disallowed`,
      "moved-pointer",
    )
  if (!fixedAllowed && off !== 0)
    reject(
      walk,
      ERRNO.EACCES,
      `dereference of modified ${name} ptr R${number} off=${off} disallowed`,
      "moved-pointer",
    )
  if (!isNull(scalar))
    reject(
      walk,
      ERRNO.EACCES,
      `variable ${name} access var_off=${tnumText(walk, scalar.bits)} disallowed`,
      "moved-pointer",
    )
}

function loadValue(walk: Walk, number: number, value: LoadedValue): void {
  const target = currentFrame(walk.state).registers[number]!
  const pointer = (type: number, orNull = false) => {
    setPointer(target, orNull ? type | FLAG.MAYBE_NULL : type)
    if (orNull) target.id = nextId(walk)
    target.lowWrittenAt = 0
  }
  switch (value.kind) {
    case "scalar":
      setScalar(target, UNKNOWN, !walk.privileges.bpf)
      return
    case "returnValue": {
      const range = returnRange(walk)
      setScalar(target, range ? between(range.min, range.max) : UNKNOWN, !walk.privileges.bpf)
      return
    }
    case "packet":
      pointer(TYPE.PACKET)
      return
    case "packetEnd":
      pointer(TYPE.PACKET_END)
      return
    case "packetMeta":
      pointer(TYPE.PACKET_META)
      return
    case "socket":
      pointer(TYPE.SOCKET, value.orNull)
      return
    case "socketCommon":
      pointer(TYPE.SOCK_COMMON, value.orNull)
      return
    case "flowKeys":
      pointer(TYPE.FLOW_KEYS)
      return
    case "tracepointBuffer":
      pointer(TYPE.TP_BUFFER)
      return
    case "buffer":
      pointer(value.readOnly ? TYPE.BUF | FLAG.READ_ONLY : TYPE.BUF, value.orNull)
      return
    case "structure": {
      const memory = value.memory === "user" ? FLAG.USER : value.memory === "percpu" ? FLAG.PER_CPU : 0
      pointer(TYPE.BTF_ID | memory | (value.trusted ? FLAG.TRUSTED : 0), value.orNull)
      target.btf = walk.kernel.btf
      const id = walk.kernel.btf.find(value.name, "struct") ?? walk.kernel.btf.find(value.name, "union")
      if (id === undefined) unsupported(`context pointers to struct ${value.name}`)
      target.btfId = id
      return
    }
    default:
      value satisfies never
      return
  }
}
