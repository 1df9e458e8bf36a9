import type { Btf } from "../../btf/index.ts"
import {
  type HelperCaller,
  type HelperPrototype,
  helperAllowed,
  helperPrototype,
} from "../../catalog/details.ts"
import { type HelperName, isSince } from "../../catalog/index.ts"
import { catalogHelperNames, type Instruction } from "../../isa/index.ts"
import { isNull } from "../domain/index.ts"
import type { MapFacts } from "../program.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import type { Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { enterCallback } from "./callbacks.ts"
import { giveBackDynptr } from "./dynptrs/helpers.ts"
import { checkHelperArgument } from "./helper-arguments.ts"
import { giveHelperResult } from "./helper-results.ts"
import { specialHelper } from "./helper-specials.ts"
import { forgetPacketPointers, releaseReference } from "./invalidate.ts"
import { handOver } from "./kptrs/exchange.ts"
import type { KptrField, KptrTarget } from "./kptrs/target.ts"
import { checkMapHelper } from "./map-helpers.ts"
import { checkAccess } from "./memory.ts"
import type { RawMemory } from "./stack-ranges.ts"
import { clobber } from "./subprogram-call.ts"
import { mayCallSleepable } from "./trust.ts"

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
  /** The kernel variable of each processor among the arguments. */
  variable: { readonly btf: Btf; readonly id: number } | undefined
  /** The field that pointers are exchanged with. */
  kptr: { readonly field: KptrField; readonly target: KptrTarget } | undefined
  /** Memory of each processor that the program allocated. */
  perCpuObject: boolean
  /** The packet may have moved. */
  movesPacket: boolean
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
    variable: undefined,
    kptr: undefined,
    perCpuObject: false,
    movesPacket: movesPacket(walk, prototype),
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
  if (call.movesPacket) forgetPacketPointers(walk)
  enterCallback(walk)
}

/** Tail calls count since global functions do: the program that follows may change the packet. */
function movesPacket({ rules }: Walk, { name, packetChanging }: HelperPrototype): boolean {
  return packetChanging === true && (rules.packetChangesOfFunctions || name !== "bpf_tail_call")
}

/** The program as the catalogue asks for it. */
export function helperCaller(walk: Walk): HelperCaller {
  const { program, kernel, privileges } = walk
  return {
    programType: program.type,
    attachType: program.attachType,
    release: kernel.release,
    sleepable: mayCallSleepable(walk),
    hook: program.target?.hook,
    gpl: program.gpl,
    capabilities: privileges.capabilities,
    ...(kernel.config ? { config: kernel.config } : {}),
  }
}

function allowedPrototype(walk: Walk, id: number, name: string | undefined): HelperPrototype {
  const { program, kernel } = walk
  // What only work items may call, the rest of the program may not.
  const known = walk.state.sleepable ? undefined : walk.helpers.get(id)
  if (known) return known
  if (name === undefined || id === 0)
    reject(walk, ERRNO.EINVAL, `invalid func ${name ?? "unknown"}#${id}`, "helper-unknown")
  const verdict = helperAllowed(name as HelperName, helperCaller(walk))
  if (!verdict.allowed) {
    switch (verdict.refusal) {
      case "unknown":
        reject(walk, ERRNO.EINVAL, `invalid func unknown#${id}`, "helper-unknown")
        break
      case "program":
        reject(walk, ERRNO.EINVAL, notForThisType(walk, `${name}#${id}`), "helper-not-allowed")
        break
      case "licence":
        reject(
          walk,
          ERRNO.EINVAL,
          "cannot call GPL-restricted function from non-GPL compatible program",
          "gpl-only",
        )
        break
      case "probe":
        reject(walk, ERRNO.EINVAL, "helper call is not allowed in probe", "helper-not-allowed")
        break
      default:
        reject(walk, ERRNO.EINVAL, "helper call might sleep in a non-sleepable prog", "sleepable")
    }
  }
  const prototype = helperPrototype(name, {
    programType: program.type,
    attachType: program.attachType,
    sleepable: program.sleepable,
    release: kernel.release,
  })
  if (!prototype) throw new Error(`BUG: helper ${name} has no prototype`)
  if (!walk.state.sleepable) walk.helpers.set(id, prototype)
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
    reject(walk, ERRNO.EINVAL, `sleepable helper ${name}#${id} in rcu_read_lock region`, "rcu")
  if (walk.state.preemptDisabled)
    reject(walk, ERRNO.EINVAL, `sleepable helper ${name}#${id} in non-preemptible region`, "preemption")
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
  if (!giveBack(walk, call, register))
    reject(
      walk,
      ERRNO.EINVAL,
      `func ${call.name}#${call.id} reference has not been acquired before`,
      "release",
    )
}

function giveBack(walk: Walk, { name, prototype, releases, refId }: HelperCall, register: Register): boolean {
  try {
    if (prototype.arguments[releases - 1]!.kind === "dynptr") giveBackDynptr(walk, register)
    else if (name === "bpf_kptr_xchg" && refId) return handOver(walk, refId)
    else if (refId) releaseReference(walk, refId)
    else return register.type === TYPE.SCALAR && isNull(register.scalar)
    return true
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}
