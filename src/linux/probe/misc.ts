import { endianness } from "node:os"
import { programType } from "../../catalog/index.ts"
import { assemble, encodeInstructions } from "../../isa/index.ts"
import type { FeatureReport, MiscFeature } from "../../kernel/index.ts"
import { PROG_LOAD } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { closeFd } from "../ffi/descriptor.ts"

/** The limit for a program before 5.2, which is still that of who is not privileged. */
const SMALL_PROGRAM = 4096

/** A program that loads only where the feature is there. */
const PROGRAMS: Readonly<Record<MiscFeature, string>> = {
  largePrograms: "r0 = 1\nexit",
  boundedLoops: "r0 = 10\nagain: r0 -= 1\nif r0 != 0x0 goto again\nexit",
  isaV2: "r0 = 0\nif r0 < 0x0 goto end\nr0 = 1\nend: exit",
  isaV3: "r0 = 0\nif w0 < 0x0 goto end\nr0 = 1\nend: exit",
}

export const NO_MISC: FeatureReport["misc"] = {
  largePrograms: false,
  boundedLoops: false,
  isaV2: false,
  isaV3: false,
}

export function probeMisc(bpf: Bpf, device: number | undefined): FeatureReport["misc"] {
  const loads = (feature: MiscFeature): boolean => {
    const code = encodeInstructions(assemble(PROGRAMS[feature]), endianness() === "LE")
    const insns = feature === "largePrograms" ? repeatFirst(code, SMALL_PROGRAM) : code
    const { result } = bpf.try("BPF_PROG_LOAD", PROG_LOAD, {
      prog_type: programType("socket_filter")!.number,
      insn_cnt: insns.length / 8,
      insns,
      license: "GPL",
      ...(device !== undefined && { prog_ifindex: device }),
    })
    if (result >= 0) closeFd(bpf.native, result)
    return result >= 0
  }
  return {
    largePrograms: loads("largePrograms"),
    boundedLoops: loads("boundedLoops"),
    isaV2: loads("isaV2"),
    isaV3: loads("isaV3"),
  }
}

/** As long a program as one likes: its first instruction many times. */
function repeatFirst(code: Uint8Array, count: number): Uint8Array {
  const long = new Uint8Array(code.length + (count - 1) * 8)
  for (let at = 0; at < count; at++) long.set(code.subarray(0, 8), at * 8)
  long.set(code.subarray(8), count * 8)
  return long
}
