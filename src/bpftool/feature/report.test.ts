import { expect, test } from "vitest"
import type { FeatureReport } from "../../kernel/index.ts"
import { JsonWriter } from "../objects/json-writer.ts"
import { featuresJson } from "./report-json.ts"
import { featuresMacros } from "./report-macros.ts"
import { featuresPlain } from "./report-plain.ts"

const KERNEL: FeatureReport = {
  sysctls: {
    unprivilegedDisabled: 2,
    jitEnable: 7,
    jitHarden: undefined,
    jitKallsyms: 1,
    jitLimit: 528482304,
  },
  config: [
    { name: "CONFIG_BPF", value: "y" },
    { name: "CONFIG_BPF_LIRC_MODE2", value: undefined },
    { name: "CONFIG_HZ", value: "250" },
  ],
  hasSystemCall: true,
  programTypes: [
    { name: "xdp", isAvailable: true },
    { name: "lirc_mode2", isAvailable: false },
    { name: "ext", isAvailable: true },
  ],
  mapTypes: [{ name: "hash", isAvailable: true }],
  helpers: [
    {
      programType: "xdp",
      isTypeAvailable: true,
      helpers: [
        { name: "bpf_redirect", isAvailable: true },
        { name: "bpf_bind", isAvailable: false },
      ],
    },
    {
      programType: "lirc_mode2",
      isTypeAvailable: false,
      helpers: [{ name: "bpf_bind", isAvailable: false }],
    },
    { programType: "ext", isTypeAvailable: true, helpers: [{ name: "bpf_bind", isAvailable: false }] },
  ],
  misc: { largePrograms: true, boundedLoops: true, isaV2: true, isaV3: false },
}

test("for people: settings by what they mean, options, types, and the helpers of each", () => {
  expect(featuresPlain(KERNEL)).toBe(`Scanning system configuration...
bpf() syscall restricted to privileged users (admin can change)
JIT-compiler status has unknown value 7
Unable to retrieve JIT hardening status
JIT compiler kallsyms exports are enabled for root
Global memory limit for JIT compiler for unprivileged users is 528482304 bytes
CONFIG_BPF is set to y
CONFIG_BPF_LIRC_MODE2 is not set
CONFIG_HZ is set to 250

Scanning system call availability...
bpf() syscall is available

Scanning eBPF program types...
eBPF program_type xdp is available
eBPF program_type lirc_mode2 is NOT available
eBPF program_type ext is available

Scanning eBPF map types...
eBPF map_type hash is available

Scanning eBPF helper functions...
eBPF helpers supported for program type xdp:
\t- bpf_redirect
eBPF helpers supported for program type lirc_mode2:
\tProgram type not supported
eBPF helpers supported for program type ext:
\tCould not determine which helpers are available

Scanning miscellaneous eBPF features...
Large program size limit is available
Bounded loop support is available
ISA extension v2 is available
ISA extension v3 is NOT available

`)
})

test("as JSON: −1 for a setting that cannot be read, null for an option that is not set", () => {
  const json = new JsonWriter(false)
  featuresJson(KERNEL, json)
  const { system_config, helpers, misc } = JSON.parse(json.text)
  expect(system_config).toEqual({
    unprivileged_bpf_disabled: 2,
    bpf_jit_enable: 7,
    bpf_jit_harden: -1,
    bpf_jit_kallsyms: 1,
    bpf_jit_limit: 528482304,
    CONFIG_BPF: "y",
    CONFIG_BPF_LIRC_MODE2: null,
    CONFIG_HZ: "250",
  })
  expect(helpers).toEqual({
    xdp_available_helpers: ["bpf_redirect"],
    lirc_mode2_available_helpers: [],
    ext_available_helpers: [],
  })
  expect(misc.have_v3_isa_extension).toBe(false)
})

test("as macros: every name with the prefix, and whether each helper is there", () => {
  const text = featuresMacros(KERNEL, "MY_")
  expect(text.startsWith("/*** Misc kernel config items ***/\n#define MY_CONFIG_HZ 250\n\n")).toBe(true)
  expect(text).not.toContain("CONFIG_BPF ")
  expect(text.match(/^#define .*$/gm)).toEqual([
    "#define MY_CONFIG_HZ 250",
    "#define MY_HAVE_BPF_SYSCALL",
    "#define MY_HAVE_XDP_PROG_TYPE",
    "#define MY_NO_HAVE_LIRC_MODE2_PROG_TYPE",
    "#define MY_HAVE_EXT_PROG_TYPE",
    "#define MY_HAVE_HASH_MAP_TYPE",
    "#define MY_HAVE_PROG_TYPE_HELPER(prog_type, helper)\t\\",
    "#define MY_BPF__PROG_TYPE_xdp__HELPER_bpf_redirect 1",
    "#define MY_BPF__PROG_TYPE_xdp__HELPER_bpf_bind 0",
    "#define MY_BPF__PROG_TYPE_lirc_mode2__HELPER_bpf_bind 0",
    "#define MY_BPF__PROG_TYPE_ext__HELPER_bpf_bind 0",
    "#define MY_HAVE_LARGE_INSN_LIMIT",
    "#define MY_HAVE_BOUNDED_LOOPS",
    "#define MY_HAVE_V2_ISA_EXTENSION",
    "#define MY_NO_HAVE_V3_ISA_EXTENSION",
  ])
})

test("a kernel without bpf(2) has nothing more to tell, and a device no system", () => {
  const none = { ...KERNEL, hasSystemCall: false, sysctls: undefined, config: undefined }
  expect(featuresPlain(none)).toBe("Scanning system call availability...\nbpf() syscall is NOT available\n\n")
  expect(featuresMacros(none, "")).toBe("/*** System call availability ***/\n#define NO_HAVE_BPF_SYSCALL\n\n")
  const json = new JsonWriter(false)
  featuresJson(none, json)
  expect(json.text).toBe('{"syscall_config":{"have_bpf_syscall":false}}')
})
