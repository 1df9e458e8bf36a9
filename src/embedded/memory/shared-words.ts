// Read as TypeScript by the kernel and as AssemblyScript by src/embedded/maps/native.

/** User memory lies below, kernel memory from here on, as TASK_SIZE divides them in Linux. */
export const KERNEL_START = 0x2000000

/** The first block of kernel memory: words that WebAssembly and JavaScript share. */
export const SHARED_WORDS_BYTES = 64
/** u32: the number of the CPU that is running. */
export const RUNNING_CPU = KERNEL_START
/** u64: how many records all buffers of the kernel have shown to their readers. */
export const RECORD_ORDER = KERNEL_START + 8
/** u64: nanoseconds since boot. */
export const TIME = KERNEL_START + 16
/** u64: the address of the running task's task_struct. */
export const CURRENT_TASK = KERNEL_START + 24
/** u32: what the next random number is made of. */
export const RANDOM_STATE = KERNEL_START + 32
