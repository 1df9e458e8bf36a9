import { expect, test } from "vitest"
import { lastUsefulLine } from "./verifier-log.ts"

// The ends of logs of a 6.12 kernel.
test.each([
  [
    "27: (a5) if r1 < 0x64 goto pc-9\ninfinite loop detected at insn 18\ncur state: R0=scalar() R10=fp0\nold state: R0=scalar() R10=fp0\nprocessed 46 insns (limit 1000000) max_states_per_insn 2 total_states 2 peak_states 2 mark_read 1\n",
    "infinite loop detected at insn 18",
  ],
  [
    "0: (61) r0 = *(u32 *)(r1 +200)\ninvalid bpf_context access off=200 size=4\nverification time 95 usec\nstack depth 0\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n",
    "invalid bpf_context access off=200 size=4",
  ],
  ["", undefined],
])("the last line of %j that says something", (log, line) => {
  expect(lastUsefulLine(log)).toBe(line)
})
