import type { RunOptions } from "../../kernel/index.ts"
import { contextReach } from "./context-reach.ts"
import { type Input, type RunKind, refuseIf, type TestSubject } from "./run-kind.ts"

const ON_CPU = 1
const MAX_ARGUMENTS = 12
const MAX_CONTEXT = 0xffff

/** A context has what the program touches, at least. */
function checkSize({ context }: Input, { executable }: TestSubject, most: number): void {
  const size = context?.length ?? 0
  const least = contextReach(executable)
  refuseIf(size < least, "EINVAL", `the program reads ${least} bytes of context, there are ${size}`)
  refuseIf(size > most, "EINVAL", `a context has ${most} bytes at most`)
}

function refusePacket({ packet, repeat = 0, batchSize = 0, packetRoom = 0 }: RunOptions): void {
  refuseIf(packet ?? packetRoom > 0, "EINVAL", "it takes no packet")
  refuseIf(repeat !== 0 || batchSize !== 0, "EINVAL", "it takes no repeat and no batch size")
}

/** BPF_PROG_TEST_RUN of syscall programs: the context is memory that they change. */
export const SYSCALL_RUN: RunKind = {
  slotBytes: ({ context }) => Math.max(context?.length ?? 0, 8),
  isFresh: false,
  isTimed: false,

  check(options) {
    refusePacket(options)
    refuseIf(options.flags ?? 0, "EINVAL", "it takes no flags")
  },

  place({ memory }, slot, input, subject) {
    refuseIf(input.packet, "EINVAL", "it takes no packet")
    checkSize(input, subject, MAX_CONTEXT)
    if (input.context) memory.write(slot, input.context)
  },

  collect({ memory }, slot, { context }) {
    return context ? { context: memory.read(slot, context.length) } : {}
  },
}

/** BPF_PROG_TEST_RUN of raw tracepoints: the context has the arguments, eight bytes each. */
export const ARGUMENT_RUN: RunKind = {
  slotBytes: () => MAX_ARGUMENTS * 8,
  isFresh: false,
  isTimed: false,

  check(options) {
    refusePacket(options)
    refuseIf(
      ((options.flags ?? 0) & ON_CPU) === 0 && (options.cpu ?? 0) !== 0,
      "EINVAL",
      "a cpu goes with flag ON_CPU",
    )
  },

  place({ memory }, slot, input, subject) {
    refuseIf(input.packet, "EINVAL", "it takes no packet")
    checkSize(input, subject, MAX_ARGUMENTS * 8)
    if (input.context) memory.write(slot, input.context)
  },

  collect(_host, _slot, { context }) {
    return context ? { context: Uint8Array.from(context) } : {}
  },
}

/** The CPU that the options ask for, of so many. */
export function wantedCpu({ flags = 0, cpu = 0 }: RunOptions, cpus: number): number | undefined {
  if ((flags & ON_CPU) === 0) return undefined
  refuseIf(cpu >= cpus, "ENXIO", `there are ${cpus} CPUs`)
  return cpu
}
