// SPDX-License-Identifier: Apache-2.0
// A program to be probed: a shop without libraries; shop.ts says what its functions do where machine code cannot be run.

#include "serve.h"

/* What sys/sdt.h makes of a probe: a nop, and a note about it that is not loaded. */
#define PROBE(name, arguments, semaphore, ...)                                                       \
	__asm__ __volatile__("990: nop\n"                                                            \
			     ".pushsection .note.stapsdt, \"\", @note\n"                             \
			     ".balign 4\n"                                                           \
			     ".4byte 992f - 991f, 994f - 993f, 3\n"                                  \
			     "991: .asciz \"stapsdt\"\n"                                             \
			     "992: .balign 4\n"                                                      \
			     "993: .8byte 990b\n"                                                    \
			     ".8byte _.stapsdt.base\n"                                               \
			     ".8byte " semaphore "\n"                                                \
			     ".asciz \"shop\"\n"                                                     \
			     ".asciz \"" name "\"\n"                                                 \
			     ".asciz \"" arguments "\"\n"                                            \
			     "994: .balign 4\n"                                                      \
			     ".popsection\n"                                                         \
			     ".ifndef _.stapsdt.base\n"                                              \
			     ".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
			     ".weak _.stapsdt.base\n"                                                \
			     ".hidden _.stapsdt.base\n"                                              \
			     "_.stapsdt.base: .space 1\n"                                            \
			     ".size _.stapsdt.base, 1\n"                                             \
			     ".popsection\n"                                                         \
			     ".endif\n" ::__VA_ARGS__)

volatile unsigned short sale_semaphore __attribute__((section(".probes")));

__attribute__((noinline)) long shop_price(long amount, long each)
{
	__asm__ __volatile__("");
	return amount * each;
}

__attribute__((noinline)) long shop_discount(long total)
{
	__asm__ __volatile__("");
	return total > 100 ? total - 10 : total;
}

__attribute__((noinline)) long shop_sell(int customer, long amount, long each)
{
	long total = shop_discount(shop_price(amount, each));

	PROBE("sale", "-4@%k0 8@%1 4@$3", "sale_semaphore", "r"(customer), "m"(total));
	return total;
}

/* The same probe at a second place, with its arguments elsewhere. */
__attribute__((noinline)) long shop_refund(int customer, long total)
{
	PROBE("sale", "-4@%k0 8@%1 4@$4", "sale_semaphore", "r"(customer), "r"(-total));
	return -total;
}

/* A program that has much to prepare for a probe asks first whether anybody listens: the kernel counts them here. */
__attribute__((noinline)) long shop_watched(void)
{
	return sale_semaphore;
}
