/** Worked out by hand from RFC 9669's words, so that the reference, too, is held to something. */
export interface LiteralCase {
  /** What the RFC says, and where. */
  readonly rule: string
  /** Assembly; `exit` follows. */
  readonly text: string
  readonly r1?: bigint
  readonly r2?: bigint
  readonly r0: bigint
}

const INT64_MIN = 0x8000_0000_0000_0000n
const MINUS_1 = 0xffff_ffff_ffff_ffffn

export const LITERAL_CASES: readonly LiteralCase[] = [
  { rule: "4.1: addition wraps", text: "r0 = r1\nr0 += 1", r1: MINUS_1, r0: 0n },
  { rule: "4.1: subtraction wraps", text: "r0 = r1\nr0 -= 1", r1: 0n, r0: MINUS_1 },
  { rule: "4.1: multiplication wraps", text: "r0 = r1\nr0 *= r2", r1: INT64_MIN, r2: 3n, r0: INT64_MIN },
  { rule: "4.1: 32-bit operations zero the upper half", text: "r0 = r1\nw0 += 1", r1: MINUS_1, r0: 0n },
  {
    rule: "4.1: 32-bit operations zero the upper half of what stays",
    text: "r0 = r1\nw0 |= 0",
    r1: 0x1234_5678_9abc_def0n,
    r0: 0x9abc_def0n,
  },
  { rule: "4.1: division by zero gives zero", text: "r0 = r1\nr0 /= r2", r1: 7n, r2: 0n, r0: 0n },
  {
    rule: "4.1: 32-bit division by zero gives zero",
    text: "r0 = r1\nw0 /= w2",
    r1: 7n,
    r2: 1n << 32n,
    r0: 0n,
  },
  { rule: "4.1: signed division by zero gives zero", text: "r0 = r1\nr0 s/= r2", r1: 7n, r2: 0n, r0: 0n },
  { rule: "4.1: modulo by zero leaves dst", text: "r0 = r1\nr0 %= r2", r1: MINUS_1, r2: 0n, r0: MINUS_1 },
  {
    rule: "4.1: 32-bit modulo by zero leaves the low half and zeroes the upper",
    text: "r0 = r1\nw0 %= w2",
    r1: 0x1_0000_0007n,
    r2: 0n,
    r0: 7n,
  },
  {
    rule: "4.1: signed modulo by zero leaves dst",
    text: "r0 = r1\nr0 s%= r2",
    r1: MINUS_1,
    r2: 0n,
    r0: MINUS_1,
  },
  {
    rule: "4.1: the smallest value divided by -1 wraps to itself",
    text: "r0 = r1\nr0 s/= r2",
    r1: INT64_MIN,
    r2: MINUS_1,
    r0: INT64_MIN,
  },
  {
    rule: "4.1: the smallest 32-bit value divided by -1 wraps to itself",
    text: "r0 = r1\nw0 s/= w2",
    r1: 0x8000_0000n,
    r2: 0xffff_ffffn,
    r0: 0x8000_0000n,
  },
  {
    rule: "4.1: the smallest value modulo -1 is 0",
    text: "r0 = r1\nr0 s%= r2",
    r1: INT64_MIN,
    r2: MINUS_1,
    r0: 0n,
  },
  {
    rule: "4.1: the smallest 32-bit value modulo -1 is 0",
    text: "r0 = r1\nw0 s%= w2",
    r1: 0x8000_0000n,
    r2: 0xffff_ffffn,
    r0: 0n,
  },
  { rule: "4.1: -13 s% 3 is -1, as division truncates", text: "r0 = -13\nr0 s%= 3", r0: MINUS_1 },
  { rule: "4.1: 13 s% -3 is 1", text: "r0 = 13\nr0 s%= -3", r0: 1n },
  { rule: "4.1: -13 s/ 3 is -4", text: "r0 = -13\nr0 s/= 3", r0: 0xffff_ffff_ffff_fffcn },
  { rule: "4.1: 32-bit -13 s/ 3 is -4 in the low half", text: "w0 = -13\nw0 s/= 3", r0: 0xffff_fffcn },
  { rule: "4.1: unsigned division takes imm sign-extended", text: "r0 = -1\nr0 /= -1", r0: 1n },
  { rule: "4.1: unsigned 64-bit division by -2 is by 2^64 - 2", text: "r0 = 100\nr0 /= -2", r0: 0n },
  { rule: "4.1: 32-bit division takes imm as 32 unsigned bits", text: "w0 = -1\nw0 /= -2", r0: 1n },
  { rule: "4.1: 64-bit constants are sign-extended", text: "r0 = 0\nr0 += -1", r0: MINUS_1 },
  { rule: "4.1: or with a sign-extended constant", text: "r0 = 1\nr0 |= -256", r0: 0xffff_ffff_ffff_ff01n },
  { rule: "4.1: a move of a negative constant", text: "r0 = -2147483648", r0: 0xffff_ffff_8000_0000n },
  { rule: "4.1: a 32-bit move of a negative constant", text: "w0 = -2147483648", r0: 0x8000_0000n },
  { rule: "4.1: 64-bit shifts use the low six bits", text: "r0 = 1\nr0 <<= r1", r1: 65n, r0: 2n },
  { rule: "4.1: a shift by the width changes nothing", text: "r0 = 5\nr0 >>= r1", r1: 64n, r0: 5n },
  { rule: "4.1: 32-bit shifts use the low five bits", text: "w0 = 1\nw0 <<= w1", r1: 33n, r0: 2n },
  { rule: "4.1: a logical shift brings zeros", text: "r0 = r1\nr0 >>= 63", r1: MINUS_1, r0: 1n },
  {
    rule: "4.1: an arithmetic shift brings the sign",
    text: "r0 = r1\nr0 s>>= 63",
    r1: INT64_MIN,
    r0: MINUS_1,
  },
  { rule: "4.1: a 32-bit arithmetic shift", text: "w0 = w1\nw0 s>>= 4", r1: 0x8000_0000n, r0: 0xf800_0000n },
  { rule: "4.1: a negated smallest value stays", text: "r0 = r1\nr0 = -r0", r1: INT64_MIN, r0: INT64_MIN },
  { rule: "4.1: 32-bit negation", text: "r0 = r1\nw0 = -w0", r1: 1n, r0: 0xffff_ffffn },
  { rule: "4.1: movsx of 8 bits", text: "r0 = (s8)r1", r1: 0x1280n, r0: 0xffff_ffff_ffff_ff80n },
  { rule: "4.1: movsx of 16 bits", text: "r0 = (s16)r1", r1: 0x1_7fffn, r0: 0x7fffn },
  { rule: "4.1: movsx of 32 bits", text: "r0 = (s32)r1", r1: 0x8000_0000n, r0: 0xffff_ffff_8000_0000n },
  { rule: "4.1: movsx of 8 bits to 32", text: "w0 = (s8)w1", r1: 0xffff_ffff_0000_0080n, r0: 0xffff_ff80n },
  { rule: "4.2: le16 keeps the low 16 bits", text: "r0 = r1\nr0 = le16 r0", r1: 0x1234_5678n, r0: 0x5678n },
  {
    rule: "4.2: be16 swaps and zeroes the rest",
    text: "r0 = r1\nr0 = be16 r0",
    r1: 0x1234_5678n,
    r0: 0x7856n,
  },
  { rule: "4.2: be32", text: "r0 = r1\nr0 = be32 r0", r1: 0xaa11_2233_44n, r0: 0x4433_2211n },
  {
    rule: "4.2: bswap64",
    text: "r0 = r1\nr0 = bswap64 r0",
    r1: 0x0102_0304_0506_0708n,
    r0: 0x0807_0605_0403_0201n,
  },
  { rule: "4.3: jgt is unsigned", text: "r0 = 1\nif r1 > r2 goto pc+1\nr0 = 0", r1: MINUS_1, r2: 1n, r0: 1n },
  { rule: "4.3: jsgt is signed", text: "r0 = 1\nif r1 s> r2 goto pc+1\nr0 = 0", r1: MINUS_1, r2: 1n, r0: 0n },
  { rule: "4.3: jset tests bits", text: "r0 = 1\nif r1 & 0x6 goto pc+1\nr0 = 0", r1: 4n, r0: 1n },
  {
    rule: "4.3: 32-bit jumps look at the low half",
    text: "r0 = 1\nif w1 == w2 goto pc+1\nr0 = 0",
    r1: 0x1_0000_0005n,
    r2: 5n,
    r0: 1n,
  },
  {
    rule: "4.3: 32-bit signed jumps take bit 31 as the sign",
    text: "r0 = 1\nif w1 s< 0x0 goto pc+1\nr0 = 0",
    r1: 0x8000_0000n,
    r0: 1n,
  },
  {
    rule: "4.3: an offset counts from the next instruction",
    text: "r0 = 3\ngoto pc+1\nr0 = 4\nr0 += 1",
    r0: 4n,
  },
  { rule: "4.3: gotol is in imm", text: "r0 = 3\ngotol pc+1\nr0 = 4\nr0 += 1", r0: 4n },
  {
    rule: "5.1: stores are little-endian, and loads zero-extend",
    text: "r2 = 0x1122334455667788\n*(u64 *)(r10 -8) = r2\nr0 = *(u8 *)(r10 -7)",
    r0: 0x77n,
  },
  {
    rule: "5.1: a stored constant is sign-extended",
    text: "*(u64 *)(r10 -8) = -2\nr0 = *(u64 *)(r10 -8)",
    r0: 2n ** 64n - 2n,
  },
  {
    rule: "5.2: sign-extending load",
    text: "*(u64 *)(r10 -8) = 32768\nr0 = *(s16 *)(r10 -8)",
    r0: 0xffff_ffff_ffff_8000n,
  },
  {
    rule: "5.3: a 32-bit fetch zero-extends, and memory wraps beside its neighbour",
    text: "*(u64 *)(r10 -8) = -1\nr0 = 1\nr0 = atomic_fetch_add((u32 *)(r10 -8), r0)\nr1 = *(u64 *)(r10 -8)\nr0 ^= r1",
    r0: 0xffff_ffff_ffff_ffffn,
  },
  {
    rule: "5.3: xchg gives the old value",
    text: "*(u64 *)(r10 -8) = 7\nr0 = 9\nr0 = atomic64_xchg((u64 *)(r10 -8), r0)\nr1 = *(u64 *)(r10 -8)\nr0 *= r1",
    r0: 63n,
  },
  {
    rule: "5.3: cmpxchg stores when r0 is what memory holds",
    text: "*(u64 *)(r10 -8) = 7\nr0 = 7\nr1 = 9\nr0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r1)\nr1 = *(u64 *)(r10 -8)\nr0 *= r1",
    r0: 63n,
  },
  {
    rule: "5.3: cmpxchg that fails leaves memory and fills r0",
    text: "*(u64 *)(r10 -8) = 7\nr0 = 8\nr1 = 9\nr0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r1)\nr1 = *(u64 *)(r10 -8)\nr0 *= r1",
    r0: 49n,
  },
  {
    rule: "5.4: a 64-bit constant takes two slots",
    text: "r0 = 0xfedcba9876543210",
    r0: 0xfedc_ba98_7654_3210n,
  },
  { rule: "5.5: the packet is in network byte order", text: "r6 = r1\nr0 = *(u16 *)skb[1]", r0: 0xbcf7n },
  {
    rule: "5.5: beside the packet the program ends with 0",
    text: "r6 = r1\nr0 = *(u32 *)skb[17]\nr0 = 5",
    r0: 0n,
  },
]
