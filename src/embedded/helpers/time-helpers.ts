import type { HelperTable } from "./helper.ts"

/** Nanoseconds of one jiffy at CONFIG_HZ=250, which both built-in profiles have. */
const JIFFY = 4_000_000n
/** International atomic time runs ahead of the wall clock by this many nanoseconds when the kernel knows nothing better: none. */
const TAI_OFFSET = 0n

/** Clocks and random numbers; all of them belong to the kernel object, none to the host. */
export const TIME_HELPERS: HelperTable = {
  bpf_ktime_get_ns: kernel => kernel.now(),
  /** The model never sleeps, so boot time is the same clock. */
  bpf_ktime_get_boot_ns: kernel => kernel.now(),
  /** As of the last tick. */
  bpf_ktime_get_coarse_ns: kernel => (kernel.now() / JIFFY) * JIFFY,
  bpf_ktime_get_tai_ns: kernel => kernel.now() + kernel.bootTime + TAI_OFFSET,
  bpf_jiffies64: kernel => kernel.now() / JIFFY,
  bpf_get_prandom_u32: kernel => kernel.random(),
}
