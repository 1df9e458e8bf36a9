// What the kernel's JavaScript does for the maps.

/** Gives a hash map memory for more elements, or a ring buffer its data. May replace a map's buckets. */
export declare function grow(header: u32): void
/** A key is gone, and what its values hold goes too. */
export declare function released(header: u32, value: u32): void
/** A ring buffer shows one more record to its reader. */
export declare function shown(ring: u32): void
