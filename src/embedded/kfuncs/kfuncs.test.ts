import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { NotModelledError, ProgramFault, RelocationError, VerifierError } from "../../base/index.ts"
import { kfunc } from "../../catalog/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedObject } from "../load/loaded-object.ts"
import { EMBEDDED_KFUNCS } from "./index.ts"

const fixture = new URL("../fixtures/kfuncs.bpf.o", import.meta.url)
const spec = readObject(readFileSync(fixture), { name: "kfuncs" })

/** Runs one program of the fixture and gives its object. */
async function run(program: string, release = "6.12", verify = true): Promise<EmbeddedObject> {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
  const object = await kernel.load(spec, { only: [program], verify })
  await object.attach()
  await kernel.world.exec("/bin/true")
  return object
}

describe("a call of a kernel function", () => {
  test("that the kernel lacks is refused when the program is loaded", async () => {
    await expect(run("required")).rejects.toThrow(RelocationError)
    await expect(run("required")).rejects.toMatchObject({
      errno: "ESRCH",
      message: expect.stringContaining(
        "extern (func ksym) 'no_such_function': not found in kernel or module BTFs",
      ),
    })
  })

  test("that is weak can be tested for, on each release", async () => {
    expect((await run("tested")).globals.reached).toBe(2)
    expect((await run("tested", "6.1")).globals.reached).toBe(1)
  })

  test("that is weak and absent is refused when it can be reached, and unverified is a fault there", async () => {
    await expect(run("untested")).rejects.toThrow(VerifierError)
    await expect(run("untested")).rejects.toMatchObject({
      errno: "EINVAL",
      message: expect.stringContaining("kfunc 'no_such_weak_function' is referenced but wasn't resolved"),
      log: expect.stringMatching(/call unknown#2002\d+\ninvalid func unknown#2002\d+\n/),
    })
    await expect(run("untested", "6.12", false)).rejects.toThrow(ProgramFault)
    await expect(run("untested", "6.12", false)).rejects.toThrow(
      /<invalid kfunc call> kfunc 'no_such_weak_function' is referenced but wasn't resolved/,
    )
  })

  test("that the program's type may not make is refused, and unverified is a fault where it is reached", async () => {
    await expect(run("forbidden")).rejects.toThrow(VerifierError)
    await expect(run("forbidden")).rejects.toMatchObject({
      errno: "EACCES",
      message: expect.stringContaining("calling kernel function bpf_task_from_pid is not allowed"),
    })
    await expect(run("forbidden", "6.12", false)).rejects.toThrow(ProgramFault)
    await expect(run("forbidden", "6.12", false)).rejects.toMatchObject({
      errno: "EACCES",
      message: expect.stringContaining(
        "calling kernel function bpf_task_from_pid is not allowed in raw_tracepoint programs",
      ),
    })
  })

  test("that is not modelled says so", async () => {
    await expect(run("unmodelled")).rejects.toThrow(NotModelledError)
    await expect(run("unmodelled")).rejects.toThrow(/kernel function bpf_task_get_cgroup1 is not modelled/)
  })
})

test.each(Object.keys(EMBEDDED_KFUNCS))("%s is in the catalogue", name => {
  expect(kfunc(name)?.name).toBe(name)
})

test("all of them are in the types of 6.12", async () => {
  const btf = (await loadBuiltinProfile("6.12")).btf()
  expect(Object.keys(EMBEDDED_KFUNCS).filter(name => btf.find(name, "func") === undefined)).toEqual([])
})
