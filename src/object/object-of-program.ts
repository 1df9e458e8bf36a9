import type { AttachTypeName, ProgramTypeName } from "../catalog/index.ts"
import type { Instruction } from "../isa/index.ts"
import { deepFreeze } from "./freeze.ts"
import { objectName } from "./names.ts"
import type { ObjectSpec } from "./spec.ts"

/** A program without an object file. */
export interface BareProgram {
  /** "program" when left out. */
  readonly name?: string
  readonly type: ProgramTypeName
  /** The expected attach type; 0 when left out. */
  readonly attachType?: AttachTypeName
  readonly sleepable?: boolean
  readonly instructions: readonly Instruction[]
  /** "GPL" when left out. */
  readonly license?: string
}

/** An object of nothing but one program, given as instructions: any kernel loads it like one from a file. */
export function objectOfProgram(program: BareProgram): ObjectSpec {
  const { name = "program", type, attachType, sleepable = false, instructions, license = "GPL" } = program
  return deepFreeze<ObjectSpec>({
    name: objectName(name),
    byteOrder: "little",
    license,
    kernelVersion: 0,
    programs: [
      {
        name,
        section: type,
        definition: {
          section: type,
          extras: false,
          programType: type,
          attachType,
          sleepable,
          autoAttach: undefined,
          attachByBtf: false,
          attachTypeOptional: false,
          fragments: false,
          format: undefined,
          mechanism: "",
          deprecated: false,
        },
        target: "",
        autoload: true,
        instructions: [...instructions],
        functions: [
          { name, start: 0, length: instructions.length, section: type, sectionStart: 0, linkage: "global" },
        ],
        references: [],
        coreRelocations: [],
        lines: [],
        funcInfo: [],
        problem: undefined,
      },
    ],
    maps: [],
    globals: [],
    externs: [],
    btf: undefined,
    warnings: [],
  })
}
