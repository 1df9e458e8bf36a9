// SPDX-License-Identifier: Apache-2.0
// An arena at an address of its own, whose pointers are not made for user space.
#define PAGES 2
#define ARENA_FLAGS (1u << 18) /* BPF_F_NO_USER_CONV */
#define ARENA_ADDRESS 0x130000007000
#include "arenas.h"

u64 page_address, global_address, plain_address, through_plain, beyond;
u64 __arena global = 9;

ON_GETPPID_LATER(placed)
{
	volatile u64 __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0);
	volatile u64 *plain;

	page_address = (u64)page;
	global_address = (u64)&global;
	if (!page)
		return;
	page[0] = 77;
	plain = (volatile u64 *)page;
	asm volatile("" : "+r"(plain));
	through_plain = *plain + global;
	plain_address = (u64)(volatile u64 __arena *)plain;
	beyond = page[512];
}
