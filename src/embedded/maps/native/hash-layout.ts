// Structs of the hash maps in kernel memory, as byte offsets. The map classes read this file as TypeScript, assembly/
// reads it as AssemblyScript: only integer constants stand here. Words are u32, addresses are byte offsets in memory.

// The header of a map. What a lookup reads comes first: one cache line.

/** Address of the buckets; each is the address of its first element, or 0. */
export const BUCKETS = 0
/** A hash shifted right by so many bits is the number of its bucket. */
export const SHIFT = 4
/** Elements in the map. */
export const COUNT = 8
export const KEY_SIZE = 12
/** From an element to its value, the first CPU's where each has one. */
export const VALUE = 16
export const VALUE_SIZE = 20
/** From one CPU's value to the next; 0 when there is one value for all. */
export const STRIDE = 24
/** 1 for maps that evict: their header and elements have what is below under LRU. */
export const IS_LRU = 28
/** Bytes of all values of an element. */
export const VALUES_SIZE = 32
/** From one element to the next in fresh memory. */
export const ELEMENT_SIZE = 36
export const MAX_ENTRIES = 40
/** The next element that was never used, and the end of the memory for such. */
export const FRESH = 44
export const FRESH_END = 48
/** Freed elements, the one that waits longest first, and how many wait at least before one is used again. */
export const FREE_FIRST = 52
export const FREE_LAST = 56
export const FREE_COUNT = 60
export const WAITING = 64
/** All elements in the order of insertion. */
export const FIRST = 68
export const LAST = 72

/** LRU: free entries that no CPU has in stock, and those that the CPU has. */
export const LRU_FREE = 76
export const LRU_STOCK = 80
/** LRU: entries that a shortage of the stock makes room for. */
export const LRU_BATCH = 84
/** LRU: one list each for keys that are new, that wait to be evicted, and that programs use. */
export const LRU_PENDING = 88
export const LRU_INACTIVE = 100
export const LRU_ACTIVE = 112
/** A list: its element that waits longest, the one that came last, and how many there are. */
export const LIST_FIRST = 0
export const LIST_LAST = 4
export const LIST_SIZE = 8

/** 1 when the host wants to see values before their memory is given away. */
export const RELEASES = 124

export const HASH_HEADER_BYTES = 128

// An element: its key stands at KEY, its value where the header's VALUE says.

/** The next element of the bucket, or of the freed ones. */
export const NEXT = 0
export const HASH = 4
/** Neighbours in the order of insertion. */
export const BEFORE = 8
export const AFTER = 12
export const KEY = 16

/** LRU: so many bytes before the element are its neighbours on a list, the list, and 1 if a program has looked it up. */
export const LRU_BYTES = 16
export const LRU_BEFORE = 0
export const LRU_AFTER = 4
export const LRU_LIST = 8
export const LRU_USED = 12

/** LRU: keys looked at in one pass. */
export const LRU_PASS = 128
