import { FRAME_POINTER, type Instruction, type Operation, operationOf } from "../isa/index.ts"

/** The meaning of every slot, worked out once for each instruction array. */
export function prepare(instructions: readonly Instruction[]): readonly Operation[] {
  let operations = prepared.get(instructions)
  if (operations === undefined) {
    operations = instructions.map((_, slot) => refuseFramePointerWrite(operationOf(instructions, slot)))
    prepared.set(instructions, operations)
  }
  return operations
}

const prepared = new WeakMap<readonly Instruction[], readonly Operation[]>()

/** The verifier refuses writes to r10, and compiled code keeps it constant: so does every engine. */
function refuseFramePointerWrite(operation: Operation): Operation {
  const writes =
    "dst" in operation && operation.kind !== "branch"
      ? operation.dst === FRAME_POINTER
      : operation.kind === "atomic" &&
        operation.fetch &&
        operation.operator !== "cmpxchg" &&
        operation.src === FRAME_POINTER
  return writes ? { kind: "invalid", reason: "frame pointer is read only" } : operation
}
