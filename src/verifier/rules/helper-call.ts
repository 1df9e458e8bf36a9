import { type HelperPrototype, helperAllowed, helperPrototype } from "../../catalog/details.ts"
import { type HelperName, isSince } from "../../catalog/index.ts"
import { catalogHelperNames, type Instruction } from "../../isa/index.ts"
import { isNull } from "../domain/index.ts"
import type { MapFacts } from "../program.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { checkHelperArgument } from "./helper-arguments.ts"
import { giveHelperResult } from "./helper-results.ts"
import { specialHelper } from "./helper-specials.ts"
import { forgetPacketPointers, releaseReference } from "./invalidate.ts"
import { checkMapHelper } from "./map-helpers.ts"
import { checkAccess } from "./memory.ts"
import type { RawMemory } from "./stack-ranges.ts"
import { clobber } from "./subprogram-call.ts"

/** What one call learns of its arguments on the way. */
export interface HelperCall {
  readonly id: number
  readonly name: string
  readonly prototype: HelperPrototype
  map: MapFacts | undefined
  mapUid: number
  /** Stack that the helper writes without reading it. */
  readonly raw: RawMemory
  /** The reference among the arguments. */
  refId: number
  /** The register whose reference is given back; 0 for none. */
  releases: number
  callback: number
  /** The largest size that was passed for memory. */
  mostBytes: bigint
  /** Of memory that the call gives. */
  memorySize: number
  dynptrId: number
  /** The type of the per-CPU variable that is asked for. */
  btfVariable: number | undefined
}

/** A call of a helper: who may call it, what its arguments must be, what it leaves. */
export function callHelper(walk: Walk, { imm: id }: Instruction): void {
  const name = catalogHelperNames.name(id)
  const prototype = allowedPrototype(walk, id, name)
  const call: HelperCall = {
    id,
    name: prototype.name,
    prototype,
    map: undefined,
    mapUid: 0,
    raw: { register: 0, size: 0, wanted: false },
    refId: 0,
    releases: 0,
    callback: -1,
    mostBytes: 0n,
    memorySize: 0,
    dynptrId: 0,
    btfVariable: undefined,
  }
  checkSections(walk, call)
  prototype.arguments.forEach((_, index) => {
    if (index < 5) checkHelperArgument(walk, call, index)
  })
  writeRawMemory(walk, call)
  release(walk, call)
  specialHelper(walk, call)
  clobber(walk, currentFrame(walk.state))
  giveHelperResult(walk, call)
  checkMapHelper(walk, call.map, call.id, call.name)
  if (prototype.packetChanging) forgetPacketPointers(walk)
}

function allowedPrototype(walk: Walk, id: number, name: string | undefined): HelperPrototype {
  const { program, kernel } = walk
  const known = walk.helpers.get(id)
  if (known) return known
  if (name === undefined || id === 0) reject(walk, ERRNO.EINVAL, `invalid func ${name ?? "unknown"}#${id}`)
  const caller = {
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    sleepable: program.sleepable,
    hook: program.target?.hook,
    gpl: program.gpl,
    capabilities: walk.privileged ? undefined : [],
    ...(kernel.config ? { config: kernel.config } : {}),
  }
  const verdict = helperAllowed(name as HelperName, caller)
  if (!verdict.allowed) {
    switch (verdict.refusal) {
      case "unknown":
        reject(walk, ERRNO.EINVAL, `invalid func unknown#${id}`)
        break
      case "program":
        reject(walk, ERRNO.EINVAL, notForThisType(walk, `${name}#${id}`))
        break
      case "licence":
        reject(walk, ERRNO.EINVAL, "cannot call GPL-restricted function from non-GPL compatible program")
        break
      case "probe":
        reject(walk, ERRNO.EINVAL, "helper call is not allowed in probe")
        break
      default:
        reject(walk, ERRNO.EINVAL, "helper call might sleep in a non-sleepable prog")
    }
  }
  const prototype = helperPrototype(name, {
    programType: program.type,
    attachType: program.attachType,
    sleepable: program.sleepable,
    release: kernel.release,
  })
  if (!prototype) throw new Error(`BUG: helper ${name} has no prototype`)
  walk.helpers.set(id, prototype)
  return prototype
}

/** The words changed between 6.1 and 6.12. */
function notForThisType({ kernel }: Walk, called: string): string {
  return isSince("6.12", kernel.release)
    ? `program of this type cannot use helper ${called}`
    : `unknown func ${called}`
}

function checkSections(walk: Walk, { prototype, name, id }: HelperCall): void {
  if (!prototype.mightSleep) return
  if (walk.state.rcuLocked)
    reject(walk, ERRNO.EINVAL, `sleepable helper ${name}#${id} in rcu_read_lock region`)
  if (walk.state.preemptDisabled)
    reject(walk, ERRNO.EINVAL, `sleepable helper ${name}#${id} in non-preemptible region`)
}

function writeRawMemory(walk: Walk, { raw }: HelperCall): void {
  for (let offset = 0; offset < raw.size; offset++)
    checkAccess(walk, {
      kind: "write",
      base: raw.register,
      offset,
      size: 1,
      value: undefined,
      signed: false,
    })
}

function release(walk: Walk, call: HelperCall): void {
  if (!call.releases) return
  const register = currentFrame(walk.state).registers[call.releases]!
  if (call.refId) {
    const held = walk.state.references.some(each => each.id === call.refId)
    if (held) {
      releaseReference(walk, call.refId)
      return
    }
  } else if (register.type === TYPE.SCALAR && isNull(register.scalar)) return
  const message = `func ${call.name}#${call.id} reference has not been acquired before`
  walk.log.line(message)
  throw new Rejection(ERRNO.EINVAL, message)
}
