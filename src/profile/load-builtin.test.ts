import { readFile } from "node:fs/promises"
import { describe, expect, test } from "vitest"
import { ProfileError } from "../base/index.ts"
import type { Btf } from "../btf/index.ts"
import { decodeProfile } from "./decode-profile.ts"
import type { KernelProfile } from "./kernel-profile.ts"
import { builtinReleases, loadBuiltinProfile } from "./load-builtin.ts"
import { applyOverlay } from "./overlay.ts"

const file = (release: string) => readFile(new URL(`../../profiles/${release}.skepprofile`, import.meta.url))

/** The prototype of a function as C: names of the parameters' types and of the result's. */
function prototype(btf: Btf, name: string): { returns: string; params: string[] } | undefined {
  const id = btf.find(name, "func")
  const func = id === undefined ? undefined : btf.type(id)
  const proto = func?.kind === "func" ? btf.type(func.type) : undefined
  if (proto?.kind !== "func_proto") return undefined
  return {
    returns: btf.nameOf(proto.returns),
    params: proto.params.map(param => `${btf.nameOf(param.type)} ${param.name}`),
  }
}

describe("built-in profiles", async () => {
  const profiles = new Map<string, KernelProfile>()
  for (const release of ["5.15", "6.1", "6.12"]) profiles.set(release, await loadBuiltinProfile(release))
  const profile = (release: string) => profiles.get(release) as KernelProfile

  test("are listed oldest first", async () => {
    expect(await builtinReleases()).toEqual(["5.15", "6.1", "6.12", "6.1-arm64", "6.12-arm64"])
  })

  test("stay below 4 MB", async () => {
    for (const release of ["6.1", "6.12"]) expect((await file(release)).length).toBeLessThan(4_000_000)
  })

  test("an unknown release is refused with the known ones", async () => {
    const failure = await loadBuiltinProfile("../6.1").catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProfileError)
    expect(failure).toMatchObject({
      errno: "ENOENT",
      hint: "built in: 5.15, 6.1, 6.12, 6.1-arm64, 6.12-arm64",
    })
  })

  test.each(["6.1", "6.12"])("%s says what that Debian kernel says", release => {
    const kernel = profile(release)
    expect(kernel.handMade).toBe(false)
    expect(kernel.version).toMatch(/^6\.\d+\..*-cloud-amd64$/)
    expect(kernel.facts.banner).toContain(kernel.version)
    expect(kernel.lsms).toContain("bpf")
    expect(kernel.config("CONFIG_HZ")).toBe("250")
    expect(kernel.isTraceable("begin_new_exec")).toBe(true)
    expect(kernel.symbols().find("__x64_sys_execve")?.type).toMatch(/[tT]/)
    expect(kernel.isBlacklisted("asm_exc_page_fault")).toBe(true)
    expect(kernel.btf().find("task_struct", "struct")).toBeDefined()
    expect(prototype(kernel.btf(), "begin_new_exec")).toEqual({
      returns: "int",
      params: ["struct linux_binprm * bprm"],
    })
  })

  test.each(["6.1", "6.12"])("%s has every trace event with a readable format", release => {
    const events = profile(release).tracepoints()
    expect(events.length).toBeGreaterThan(1300)
    expect(new Set(events.map(event => event.id)).size).toBe(events.length)
    const unread = events.filter(event => event.fields.length !== event.format.match(/^\tfield:/gm)?.length)
    expect(unread.map(event => event.name)).toEqual([])
    expect(
      profile(release)
        .tracepoint("syscalls", "sys_enter_execve")
        ?.fields.map(field => field.name),
    ).toEqual(
      ["common_type", "common_flags", "common_preempt_count", "common_pid"].concat([
        "__syscall_nr",
        "filename",
        "argv",
        "envp",
      ]),
    )
  })

  test.each(["6.1", "6.12"])("%s has no do_execve, but near functions", release => {
    expect(profile(release).symbols().find("do_execve")).toBeUndefined()
    expect(profile(release).nearestFunctions("do_execve")[0]).toBe("do_execveat_common.isra.0")
    expect(profile(release).nearestFunctions("do_unlnkat")[0]).toBe("do_unlinkat")
  })

  test("5.15 is 6.1 with a hand-made do_execve, and says so", () => {
    const kernel = profile("5.15")
    expect(kernel.handMade).toBe(true)
    expect(kernel.facts.handMade).toContain("do_execve")
    expect(kernel.facts.banner).toContain("hand-made")
    expect(kernel.release).toBe("5.15")
    expect(kernel.isTraceable("do_execve")).toBe(true)
    expect(kernel.isBlacklisted("do_execve")).toBe(false)
    expect(prototype(kernel.btf(), "do_execve")).toEqual({
      returns: "int",
      params: ["struct filename * filename", "const char *const * __argv", "const char *const * __envp"],
    })
    expect(kernel.btf().find("task_struct", "struct")).toBe(
      profile("6.1").btf().find("task_struct", "struct"),
    )
  })

  test("an overlay's symbols stand at their addresses' places", () => {
    const { address } = profile("5.15").symbols().find("do_execve") ?? { address: 0n }
    expect(
      profile("5.15")
        .symbols()
        .at(address + 4n),
    ).toEqual({ name: "do_execve", offset: 4 })
    const addresses = [...profile("5.15").symbols().all()].map(symbol => symbol.address)
    expect(addresses.every((value, index) => index === 0 || value >= (addresses[index - 1] as bigint))).toBe(
      true,
    )
  })

  test("an overlay with a type that the base lacks is refused", () => {
    const odd = { name: "f", address: "81000000", returns: "struct no_such_struct *", params: [] }
    const overlay = { release: "5.15", version: "x", base: "6.1", handMade: "x", functions: [odd] }
    expect(() => applyOverlay(profile("6.1"), overlay)).toThrow(
      "overlay: the base's BTF has no type struct no_such_struct",
    )
  })

  test("open the same through the web's streams, as in a browser", async () => {
    const streamed = await decodeProfile(await file("6.12"))
    expect(streamed.facts).toEqual(profile("6.12").facts)
    expect(streamed.sections().btf.length).toBe(profile("6.12").sections().btf.length)
  })

  test("damaged ones are refused", async () => {
    const bytes = new Uint8Array(await file("6.12"))
    for (const at of [0, 5, 9, 5_000, 700_000, 1_600_000, 2_300_000, bytes.length - 5]) {
      const changed = bytes.slice()
      changed.fill(0xa5, at, at + 4)
      await expect(decodeProfile(changed)).rejects.toThrow(ProfileError)
      await expect(decodeProfile(bytes.subarray(0, at))).rejects.toThrow(ProfileError)
    }
  })
})
