// SPDX-License-Identifier: Apache-2.0
// Pages of an arena: allocating, freeing, and touching what is there and what is not.
#define PAGES 8
#define ARENA_FLAGS 0
#include "arenas.h"

typedef volatile u64 __arena *words;

/* Global variables lie at the beginning: the loader brings in their page. */
u64 __arena first = 0x1234;
int __arena counter = 40;
words __arena kept;

static __always_inline u64 page_of(volatile void __arena *pointer)
{
	return pointer ? ((u64)pointer - (u64)&first) / PAGE : 99;
}

static __always_inline void __arena *allocate(volatile void __arena *address, u32 count)
{
	return bpf_arena_alloc_pages(&arena, address, count, ANY_NODE, 0);
}

static __always_inline words at(u64 offset)
{
	return (words)((u64)&first + offset);
}

u64 seen_first, seen_counter, one, no_pages, with_flags, too_many, unaligned, outside, taken, low_half, fixed, no_gap;
u64 on_node_zero, gap, no_room, last, all_taken, after_free, freed_again, straddling_free, beyond_end, refilled;

ON_GETPPID_LATER(allocating)
{
	void __arena *page, *other;

	seen_first = first;
	seen_counter = ++counter;
	one = page_of(page = allocate(0, 1));
	no_pages = page_of(allocate(0, 0));
	with_flags = page_of(bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 1));
	too_many = page_of(allocate(0, PAGES + 1));
	unaligned = page_of(allocate(at(3 * PAGE + 8), 1));
	outside = page_of(allocate(at(7 * PAGE), 2));
	taken = page_of(allocate(page, 1));
	/* Only the lower half of an address counts. */
	low_half = page_of(allocate((words)((u64)at(3 * PAGE) ^ (1ull << 40)), 1));
	fixed = page_of(allocate(at(5 * PAGE), 2));
	no_gap = page_of(allocate(0, 2));
	on_node_zero = page_of(bpf_arena_alloc_pages(&arena, 0, 1, 0, 0));
	gap = page_of(allocate(0, 1));
	no_room = page_of(allocate(0, 2));
	last = page_of(allocate(0, 1));
	all_taken = page_of(allocate(0, 1));
	bpf_arena_free_pages(&arena, at(4 * PAGE), 1);
	after_free = page_of(allocate(0, 1));
	bpf_arena_free_pages(&arena, at(2 * PAGE + 100), 2);
	bpf_arena_free_pages(&arena, at(2 * PAGE), 2);
	freed_again = page_of(allocate(0, 2));
	bpf_arena_free_pages(&arena, 0, 1);
	bpf_arena_free_pages(&arena, at(3 * PAGE), 0);
	beyond_end = page_of(allocate(0, 1));
	bpf_arena_free_pages(&arena, at(6 * PAGE), 100);
	straddling_free = page_of(allocate(0, 2));
	refilled = page_of(allocate(0, 1));
}

u64 fresh, written, after_freeing, vanished, zeroed_again, before_start, after_end, far_behind, over_hole, over_hole_kept;
u64 over_pages, narrow_signed, narrow_unsigned, hole_byte, hole_half, hole_word, null_load, own_page;

ON_GETPPID_LATER(touching)
{
	words page = allocate(at(2 * PAGE), 1), next;

	if (!page)
		return;
	fresh = page[0] | page[511];
	page[1] = 0x8182838485868788;
	written = page[1];
	narrow_signed = *(volatile signed char __arena *)(page + 1);
	narrow_unsigned = *(volatile unsigned short __arena *)(page + 1);
	/* The end of this page and the beginning of the next, which nobody has allocated. */
	page[511] = 0x1111111111111111;
	over_hole = *(words)((u64)page + PAGE - 4);
	*(words)((u64)page + PAGE - 4) = 0x2222222222222222;
	over_hole_kept = page[511];
	hole_byte = *(volatile unsigned char __arena *)((u64)page + PAGE);
	hole_half = *(volatile unsigned short __arena *)((u64)page + PAGE);
	hole_word = *(volatile unsigned int __arena *)((u64)page + PAGE);
	page[512] = 7;
	page[1024] = 7;
	vanished = page[512] | page[1024];
	next = allocate(at(3 * PAGE), 1);
	if (!next)
		return;
	zeroed_again = next[0];
	next[0] = 0x3333333333333333;
	over_pages = *(words)((u64)page + PAGE - 4);
	bpf_arena_free_pages(&arena, page, 1);
	after_freeing = page[1];
	page[1] = 9;
	page = allocate(page, 1);
	if (page)
		zeroed_again |= page[1];
	before_start = at(0)[-1];
	at(0)[-1] = 5;
	after_end = at(PAGES * PAGE)[0];
	at(PAGES * PAGE)[0] = 5;
	far_behind = at(0x40000000)[3];
	at(0x40000000)[3] = 5;
	null_load = *(words)0;
	own_page = first;
}

u64 added, fetched, exchanged, compared, compared_other, small_fetched, hole_fetched, hole_exchanged, hole_compared;
u64 after_hole, ored;

ON_GETPPID_LATER(counting)
{
	u64 __arena *page = allocate(at(2 * PAGE), 1);
	u64 __arena *hole = (u64 __arena *)at(4 * PAGE);

	if (!page)
		return;
	__sync_fetch_and_add(&page[0], 5);
	added = page[0];
	fetched = __sync_fetch_and_add(&page[0], 7);
	exchanged = __sync_lock_test_and_set(&page[0], 100);
	compared = __sync_val_compare_and_swap(&page[0], 100, 200);
	compared_other = __sync_val_compare_and_swap(&page[0], 100, 300);
	small_fetched = __sync_fetch_and_add((u32 __arena *)&page[1], 3);
	small_fetched += *(volatile u32 __arena *)&page[1];
	/* Registers keep what they had. */
	hole_fetched = __sync_fetch_and_add(&hole[0], 7);
	hole_exchanged = __sync_lock_test_and_set(&hole[0], 100);
	hole_compared = __sync_val_compare_and_swap(&hole[0], 11, 200);
	after_hole = *(words)hole;
	ored = page[0];
}

struct element {
	struct element __arena *next;
	u64 number;
};

u64 sum, is_same_half, kept_number, stored_null, unequal, negative_index, cast_back;

static __noinline u64 sum_of(struct element __arena *element)
{
	u64 total = 0;
	int left;

	for (left = 0; left < 10 && element; left++) {
		total = total * 10 + element->number;
		element = element->next;
	}
	return total;
}

ON_GETPPID_LATER(pointing)
{
	struct element __arena *elements = allocate(0, 1);
	volatile u64 *plain;
	volatile int back = -1;

	if (!elements)
		return;
	elements[0].number = 1;
	elements[0].next = &elements[2];
	elements[2].number = 2;
	elements[2].next = &elements[1];
	elements[1].number = 3;
	elements[1].next = 0;
	sum = sum_of(elements);
	is_same_half = (u64)elements >> 32 == (u64)&first >> 32;
	stored_null = (u64)elements[1].next;
	kept = (words)&elements[2].number;
	kept_number = *kept;
	/* As a pointer of the kernel, and back. */
	plain = (volatile u64 *)(words)&elements[1].number;
	negative_index = plain[back * 2];
	asm volatile("" : "+r"(plain));
	plain++;
	cast_back = (words)plain - (words)elements;
	unequal = (words)plain != (words)&elements[2];
}

u64 user_page, user_byte, user_word, freed_user_page, other_page;

ON_GETPPID_LATER(sharing)
{
	/* A process has touched pages 2 and 3. */
	user_page = page_of(allocate(at(2 * PAGE), 1));
	user_byte = *(volatile u8 __arena *)((u64)at(3 * PAGE) + 1);
	at(3 * PAGE)[1] = 5;
	user_word = at(3 * PAGE)[1];
	bpf_arena_free_pages(&arena, at(2 * PAGE), 1);
	freed_user_page = page_of(allocate(at(2 * PAGE), 1));
	other_page = page_of(allocate(0, 1));
	at(PAGE)[0] = 0x77;
}
