// What the kernel's JavaScript does for the maps.

/** Gives a hash map memory for more elements, or a ring buffer its data. May replace a map's buckets. */
export declare function grow(header: u32): void
/** A key is gone, and what its values hold goes too. */
export declare function released(header: u32, value: u32): void
/** A ring buffer shows one more record to its reader. */
export declare function shown(ring: u32): void
/** Ends the program: it handed over a pointer to so many bytes that is none, or, of no bytes, no record. Does not return. */
export declare function refused(slot: u32, address: u32, bytes: u32): void
