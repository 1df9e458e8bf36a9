// Structs of ring buffers in kernel memory, as byte offsets, for TypeScript and AssemblyScript.

/** u32: the header's own address XOR RING_MARK_VALUE: what stands at a stray address is hardly a header. */
export const RING_MARK = 0
export const RING_MARK_VALUE = 0x52494e47
/** u32: bytes of the buffer, a power of two. */
export const RING_SIZE = 4
/**
 * u32: address of the data, 0 before the first record. The memory is twice the buffer: a record that starts before the
 * end of the buffer goes on behind it, where Linux maps the first pages a second time.
 */
export const RING_DATA = 8
/** u32: 1 when the host wants to hear of each record. */
export const RING_LISTENING = 12
/** u64, bytes since the map's creation: reserved; submitted or discarded without a gap; read. */
export const RING_PRODUCED = 16
export const RING_READY = 24
export const RING_CONSUMED = 32
/** u32: records that found no room. */
export const RING_LOST = 40
/** u32: records that the reader may take. */
export const RING_PENDING = 44

export const RING_HEADER_BYTES = 48

// A record, before its data: u32 length and flags; u32 address of the ring's header, then of a record that was shown
// the low half of its number among all records of the kernel.

export const RECORD_BYTES = 8
export const RECORD_LENGTH = 0
export const RECORD_RING = 4
export const RECORD_BUSY = 0x80000000
export const RECORD_DISCARDED = 0x40000000
/** Of a length, one bit is a flag and one more is kept. */
export const MAX_RECORD = 0x3fffffff
/** BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP: a reader here needs neither. */
export const WAKEUP_FLAGS = 3
