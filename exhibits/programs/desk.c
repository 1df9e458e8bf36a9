// SPDX-License-Identifier: Apache-2.0
// A program to be probed: somebody at a desk, who reads lines, sends messages, works, and calls functions as compilers of Go do;
// desk.ts says what its functions do where machine code cannot be run.
#include "serve.h"

/* What is typed, line by line. */
static const char *const typed[] = { "uptime", "ls -l /tmp" };
static long lines;

/* As in GNU readline: the line, in memory of the program's. */
__attribute__((noinline)) const char *readline(const char *prompt)
{
	__asm__ __volatile__("" ::"r"(prompt));
	return typed[lines++ % 2];
}

__attribute__((noinline)) long desk_ask(void)
{
	return readline("$ ")[0];
}

/* As in OpenSSL: what is to be encrypted, and how much of it. */
__attribute__((noinline)) int SSL_write(void *connection, const void *text, int size)
{
	__asm__ __volatile__("" ::"r"(connection), "r"(text));
	return size;
}

static const char request[] = "GET /orders HTTP/1.1";

__attribute__((noinline)) long desk_send(long connection)
{
	return SSL_write((void *)connection, request, sizeof(request) - 1);
}

static long milliseconds(void)
{
	enum { CLOCK_MONOTONIC = 1, CLOCK_GETTIME = 228 };
	long now[2];

	system_call(CLOCK_GETTIME, CLOCK_MONOTONIC, now, 0);
	return now[0] * 1000 + now[1] / 1000000;
}

/* Keeps the processor busy. */
__attribute__((noinline)) long desk_work(long time)
{
	long end = milliseconds() + time;

	while (milliseconds() < end)
		for (volatile int i = 0; i < 10000; i++)
			;
	return time;
}

__attribute__((noinline)) long desk_day(long time)
{
	long done = desk_work(time);

	/* Work is not the last thing that happens, so that the way back stays on the stack. */
	__asm__ __volatile__("" : "+r"(done));
	return done;
}

/* Sums as Go calls them: arguments in rax, rbx … since 1.17, on the stack behind the address to return to before. */
__asm__(".text\n"
	".type main.sum, @function\n"
	".globl main.sum\n"
	"main.sum:\n"
	"	addq %rbx, %rax\n"
	"	ret\n"
	".size main.sum, . - main.sum\n"
	".type main.oldSum, @function\n"
	".globl main.oldSum\n"
	"main.oldSum:\n"
	"	movq 8(%rsp), %rax\n"
	"	addq 16(%rsp), %rax\n"
	"	movq %rax, 24(%rsp)\n"
	"	ret\n"
	".size main.oldSum, . - main.oldSum\n");

__attribute__((noinline)) long desk_sum(long one, long other)
{
	__asm__ __volatile__("call main.sum" : "+a"(one), "+b"(other)::"memory", "cc");
	return one;
}

__attribute__((noinline)) long desk_old_sum(long one, long other)
{
	long sum;

	/* Past the 128 bytes below the stack that a leaf function may use. */
	__asm__ __volatile__("subq $152, %%rsp\n"
			     "movq %1, (%%rsp)\n"
			     "movq %2, 8(%%rsp)\n"
			     "call main.oldSum\n"
			     "movq 16(%%rsp), %0\n"
			     "addq $152, %%rsp\n"
			     : "=&r"(sum)
			     : "r"(one), "r"(other)
			     : "rax", "memory", "cc");
	return sum;
}
