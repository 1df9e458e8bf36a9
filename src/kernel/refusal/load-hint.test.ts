import { describe, expect, test } from "vitest"
import { compareReleases } from "../../catalog/index.ts"
import { loadHint, verifierHint } from "./load-hint.ts"

/** A kernel with these options; without any, one that does not tell them. */
function machine(release: string, options: readonly string[] = []): Parameters<typeof loadHint>[2] {
  return {
    release,
    version: `${release}.9-test`,
    since: wanted => compareReleases(release, wanted) >= 0,
    hasConfig: options.length > 0,
    config: option => (options.includes(option) ? "y" : undefined),
    capabilities: () => new Set(["CAP_BPF"] as const),
    unprivilegedDisabled: true,
  }
}

describe("the hint of a load that the kernel refused without a reason", () => {
  test("names the release of an attach type that is newer than the program type", () => {
    const kind = { programType: "cgroup_sock_addr", attachType: "cgroup_unix_connect" } as const
    expect(loadHint(kind, "EINVAL", machine("6.1"))).toBe(
      "cgroup_sock_addr programs of attach type cgroup_unix_connect need Linux 6.7 or newer, this is 6.1; the kernel gave no further reason",
    )
  })

  test("names the release of the program type where the attach type came with it or before", () => {
    const kind = { programType: "netfilter", attachType: "netfilter" } as const
    expect(loadHint(kind, "EINVAL", machine("6.1"))).toMatch(/^netfilter programs need Linux 6\.4 or newer/)
    expect(loadHint({ programType: "sk_lookup" }, "EINVAL", machine("5.4"))).toMatch(
      /need Linux 5\.9 or newer/,
    )
  })

  test("names the option that a kernel of a late enough release was built without", () => {
    const kind = { programType: "lirc_mode2", attachType: "lirc_mode2" } as const
    expect(loadHint(kind, "EINVAL", machine("6.1", ["CONFIG_BPF_SYSCALL"]))).toBe(
      "6.1.9-test was built without CONFIG_BPF_LIRC_MODE2: it has no lirc_mode2 programs",
    )
    expect(loadHint(kind, "EINVAL", machine("6.1"))).toBe(
      "lirc_mode2 programs need Linux 4.18 or newer and CONFIG_BPF_LIRC_MODE2=y, this is 6.1; the kernel gave no further reason",
    )
  })

  test("does not blame an option that the kernel has", () => {
    const kind = { programType: "lirc_mode2" } as const
    expect(loadHint(kind, "EINVAL", machine("6.1", ["CONFIG_BPF_LIRC_MODE2"]))).toMatch(/4\.18 or newer/)
    expect(loadHint(kind, "EINVAL", machine("4.14", ["CONFIG_BPF_SYSCALL"]))).toMatch(
      /4\.18 or newer, this is 4\.14/,
    )
  })

  test("names the missing capabilities", () => {
    expect(loadHint({ programType: "xdp" }, "EPERM", machine("6.1"))).toMatch(
      /lacks CAP_NET_ADMIN to load xdp/,
    )
  })
})

test.each([
  [
    "<byte_off> [27] struct pt_regs.di (0:0 @ offset 0): the target's pt_regs has no match",
    /-D__TARGET_ARCH_arm64/,
  ],
  [
    "<byte_off> [9] struct user_pt_regs.regs[0] (0:0:0 @ offset 0): the target has no struct user_pt_regs",
    /x86/,
  ],
  ["unknown func bpf_override_return#58", /CONFIG_BPF_KPROBE_OVERRIDE/],
  ["program of this type cannot use helper bpf_override_return#58", /CONFIG_BPF_KPROBE_OVERRIDE/],
  ["__x64_sys_rmdir() is not modifiable", /CONFIG_FUNCTION_ERROR_INJECTION/],
  ["security_inode_rmdir is not sleepable", /CONFIG_FUNCTION_ERROR_INJECTION/],
])("the verifier's '%s' leads to the option of the kernel", (line, hint) => {
  expect(verifierHint(line)).toMatch(hint)
})

test("what the verifier says of a program's own mistakes needs no more words", () => {
  expect(verifierHint("R1 !read_ok")).toBeUndefined()
})
