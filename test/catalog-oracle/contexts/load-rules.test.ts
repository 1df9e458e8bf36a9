// What loading asks of attach types and capabilities, and whether BPF_PROG_TEST_RUN runs a program, against
// two kernels.
import { describe, expect, test } from "vitest"
import {
  ATTACH_TYPES,
  type AttachTypeName,
  attachType,
  type Capability,
  type LoadPrivilege,
  loadAcceptsAttachType,
  missingToLoad,
  PROGRAM_TYPES,
  type ProgramTypeName,
  programType,
} from "../../../src/catalog/index.ts"
import { CAPABILITY_SETS, RELEASES, readGolden, unpackNumbers } from "./read-golden.ts"

interface NumberedGolden {
  readonly answers: Readonly<Record<string, string>>
}

/** Names are "type attach" or "type attach target". */
function parts(name: string): { type: ProgramTypeName; attach: AttachTypeName | undefined } {
  const [type, attach] = name.split(" ") as [ProgramTypeName, string]
  return { type, attach: attach === "-" ? undefined : (attach as AttachTypeName) }
}

describe.each(RELEASES)("BPF_PROG_LOAD of %s", release => {
  const attach = readGolden<NumberedGolden>("attach", release).answers
  const asked = [...new Set(Object.keys(attach).map(name => parts(name).type))]

  test.each(asked)("%s: attach types", type => {
    // A type that attaches by BTF was asked with several targets: it takes what any of them takes.
    const rows = Object.entries(attach)
      .filter(([name]) => parts(name).type === type)
      .map(([, row]) => unpackNumbers(row))
    const disagreements: string[] = []
    for (const [number] of rows[0]!.entries()) {
      const row = attachType(number)
      const kernel = rows.some(row => row[number] === 0)
      // Beyond what the kernel knows, any number loads where nothing is checked.
      const ours = row
        ? loadAcceptsAttachType(type, number === 0 ? undefined : (row.name as AttachTypeName), release)
        : kernel
      if (kernel !== ours) disagreements.push(`${row?.name ?? number}: kernel ${kernel}, ours ${ours}`)
    }
    expect(disagreements).toEqual([])
  })

  describe.each([
    ["capabilities", false],
    ["disabled", true],
  ] as const)("%s", (question, unprivilegedDisabled) => {
    const { answers } = readGolden<NumberedGolden>(question, release)
    test.each(Object.entries(answers))("%s", (name, row) => {
      const kernel = unpackNumbers(row).map(error => error === 0)
      const ours = CAPABILITY_SETS.map(set => {
        const privilege: LoadPrivilege = {
          programType: parts(name).type,
          release,
          capabilities: new Set(set),
          unprivilegedDisabled,
        }
        return missingToLoad(privilege).length === 0
      })
      expect(ours).toEqual(kernel)
    })
  })
})

const ENOTSUPP = 524
const EFAULT = 14

describe.each(RELEASES)("BPF_PROG_TEST_RUN of %s", release => {
  const { answers } = readGolden<NumberedGolden>("runs", release)
  test.each(Object.entries(answers))("%s", (name, row) => {
    const { type, attach } = parts(name)
    const errors = unpackNumbers(row)
    const runs = errors.includes(0)
    switch (programType(type)!.testRun) {
      case "yes":
        // The programs of devmaps and cpumaps are the exception.
        expect(runs).toBe(attach !== "xdp_devmap" && attach !== "xdp_cpumap")
        break
      case "no":
        expect(errors.every(error => error === ENOTSUPP)).toBe(true)
        break
      case "selfTest":
        if (type === "tracing" && (attach === "trace_raw_tp" || attach === "trace_iter"))
          expect(errors.every(error => error === EFAULT)).toBe(true)
        else expect(runs).toBe(type === "tracing")
    }
  })
})

test("a load without attach type counts as the type's first one where the kernel fills it in", () => {
  expect(loadAcceptsAttachType("cgroup_sock", undefined, "6.12")).toBe(true)
  expect(loadAcceptsAttachType("cgroup_sock_addr", undefined, "6.12")).toBe(false)
})

test("before 5.8 loading takes CAP_SYS_ADMIN, or nothing where the type is open to all", () => {
  const ask = (programType: ProgramTypeName, ...capabilities: Capability[]) =>
    missingToLoad({
      programType,
      release: "5.4",
      capabilities: new Set(capabilities),
      unprivilegedDisabled: false,
    })
  expect(ask("xdp", "CAP_NET_ADMIN")).toEqual(["CAP_SYS_ADMIN"])
  expect(ask("xdp", "CAP_SYS_ADMIN")).toEqual([])
  expect(ask("socket_filter")).toEqual([])
})

test("attach types and program types name each other", () => {
  for (const { name, programTypes } of ATTACH_TYPES)
    for (const type of programTypes)
      expect(
        (PROGRAM_TYPES.find(row => row.name === type)!.attachTypes as readonly string[]).includes(name),
      ).toBe(true)
})
