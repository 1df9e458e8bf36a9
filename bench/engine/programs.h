/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that engines are measured with. Each takes scratch memory of 64 KiB, whose first half is filled with the same
 * bytes everywhere, and gives a number that depends on all of its work. The same source is compiled for the machine,
 * for BPF and for WebAssembly.
 */
#define MEMORY_BYTES 65536
#define FILLED_BYTES 32768

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int s32;
typedef long long s64;

#ifdef __BPF__
#define PROGRAM(name) __attribute__((section("engine/" #name), used)) u64 name(u8 *memory)
#define FUNCTION static __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))
#else
#define PROGRAM(name) __attribute__((visibility("default"), used)) u64 name(u8 *memory)
#define FUNCTION static __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))
#endif
