import { type Instruction, MODE, modeOf, sizeOf } from "../../isa/index.ts"
import { UNKNOWN, ZERO } from "../domain/index.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import { setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { pushBranch } from "../walk/branches.ts"
import type { Walk } from "../walk/walk.ts"
import { checkUnmoved } from "./context.ts"
import { checkReferences, refuseInRegions, returnToCaller } from "./exit.ts"
import { readRegister } from "./register-access.ts"
import { clobber } from "./subprogram-call.ts"

const PROGRAMS = new Set(["socket_filter", "sched_cls", "sched_act"])

/** The classic loads of packet bytes, which end the program where the packet is too short. */
export function walkPacketLoad(walk: Walk, { opcode, dst, src, off }: Instruction): void {
  const { state } = walk
  const invalid = (message: string): never => reject(walk, ERRNO.EINVAL, message, "packet-load")
  if (!PROGRAMS.has(walk.program.type))
    invalid("BPF_LD_[ABS|IND] instructions not allowed for this program type")
  const indirect = modeOf(opcode) === MODE.IND
  if (dst !== 0 || off !== 0 || sizeOf(opcode) === 8 || (!indirect && src !== 0))
    invalid("BPF_LD_[ABS|IND] uses reserved fields")
  const context = readRegister(walk, 6)
  try {
    checkReferences(walk)
  } catch (error) {
    if (error instanceof Rejection) invalid("BPF_LD_[ABS|IND] cannot be mixed with socket references")
    throw error
  }
  refuseInRegions(walk, "BPF_LD_[ABS|IND]")
  if (context.type !== TYPE.CTX) invalid("at the time of BPF_LD_ABS|IND R6 != pointer to skb")
  if (indirect) readRegister(walk, src)
  checkUnmoved(walk, 6, context)
  const frame = currentFrame(state)
  clobber(walk, frame)
  if (state.frames.length > 1) {
    // The load ends its function with 0 where the packet is too short: that way is walked first.
    const other = currentFrame(pushBranch(walk, walk.at + 1, walk.at)).registers[0]!
    setScalar(other, UNKNOWN, !walk.privileges.bpf)
    setScalar(frame.registers[0]!, ZERO, !walk.privileges.bpf)
    returnToCaller(walk)
    walk.at--
    return
  }
  setScalar(frame.registers[0]!, UNKNOWN, !walk.privileges.bpf)
  frame.registers[0]!.lowWrittenAt = walk.at + 1
}
