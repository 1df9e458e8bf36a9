// SPDX-License-Identifier: Apache-2.0
// A program to be probed: for each line on its input it calls its functions and fires its probes, then prints the
// value of the semaphore of one of them.
#include <stdio.h>

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
			     ".asciz \"skep\"\n"                                                     \
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

volatile unsigned short request_semaphore __attribute__((section(".probes")));

__attribute__((noinline)) int target_add(int one, int other)
{
	__asm__ __volatile__("");
	return one + other;
}

__attribute__((noinline)) long target_double(long value)
{
	__asm__ __volatile__("");
	return value * 2;
}

__attribute__((noinline)) void target_request(int code, long size)
{
	PROBE("request", "-4@%k0 8@%1 4@$77", "request_semaphore", "r"(code), "m"(size));
}

/* The same probe at a second place, with its arguments elsewhere. */
__attribute__((noinline)) void target_retry(long size)
{
	PROBE("request", "-4@$-5 8@%0 4@$78", "request_semaphore", "r"(size));
}

__attribute__((noinline)) void target_idle(void)
{
	PROBE("idle", "", "0", "i"(0));
}

int main(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin)) {
		int sum = target_add(30, 12);
		long twice = target_double(21);

		target_request(-3, 1L << 40);
		target_retry(9);
		target_idle();
		printf("%d %ld %d\n", sum, twice, request_semaphore);
		fflush(stdout);
	}
	return 0;
}
