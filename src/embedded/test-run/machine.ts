/** Bytes of the page that a packet of a test run is in. */
export const PAGE = 4096
/** What Linux keeps behind a packet (struct skb_shared_info), rounded up to cache lines. */
export const SHARED_INFO = 320
/** The only device until others are modelled. */
export const LOOPBACK = 1
