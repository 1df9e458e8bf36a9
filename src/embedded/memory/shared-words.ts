// Read as TypeScript by the kernel and as AssemblyScript by src/embedded/maps/native.

/** User memory lies below, kernel memory from here on, as TASK_SIZE divides them in Linux. */
export const KERNEL_START = 0x2000000

/** The first block of kernel memory: words that WebAssembly and JavaScript share. */
export const SHARED_WORDS_BYTES = 64
/** u32: the number of the CPU that is running. */
export const RUNNING_CPU = KERNEL_START
/** u64: how many records all buffers of the kernel have shown to their readers. */
export const RECORD_ORDER = KERNEL_START + 8
