/*
 * Lets libbpf prepare every program of some objects for the running kernel and writes the instructions down: calls
 * linked, CO-RE applied, maps and externs filled in. Loading itself is refused here, before the kernel sees a program
 * of more than a few instructions (those of libbpf's own probes pass). Link with -Wl,--wrap=syscall; run in a guest.
 *
 *   linker OUTPUT OBJECT...
 *
 * Output: "O path error reason" an object, then "P name autoload hex" for each of its programs.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONGEST_PROBE 8

static char first_warning[512];

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == __NR_bpf && a == BPF_PROG_LOAD && ((union bpf_attr *)b)->insn_cnt > LONGEST_PROBE) {
		errno = EPERM;
		return -1;
	}
	return __real_syscall(number, a, b, c, d, e, f);
}

static int keep_first_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !first_warning[0])
		vsnprintf(first_warning, sizeof(first_warning), format, args);
	return 0;
}

static void print_program(FILE *output, struct bpf_program *program)
{
	const unsigned char *bytes = (const void *)bpf_program__insns(program);
	size_t length = bpf_program__insn_cnt(program) * sizeof(struct bpf_insn);

	fprintf(output, "P %s %d ", bpf_program__name(program), bpf_program__autoload(program));
	for (size_t i = 0; i < length; i++)
		fprintf(output, "%02x", bytes[i]);
	fprintf(output, "\n");
}

int main(int argc, char **argv)
{
	FILE *output = fopen(argv[1], "w");

	if (!output)
		return 1;
	libbpf_set_print(keep_first_warning);
	for (int i = 2; i < argc; i++) {
		struct bpf_object *object = bpf_object__open_file(argv[i], NULL);
		struct bpf_program *program;
		int error;

		if (!object)
			continue;
		bpf_object__for_each_program(program, object)
			bpf_program__set_autoload(program, true);
		first_warning[0] = 0;
		error = bpf_object__load(object);
		first_warning[strcspn(first_warning, "\n")] = 0;
		fprintf(output, "O %s %d %s\n", argv[i], error, first_warning);
		bpf_object__for_each_program(program, object)
			print_program(output, program);
		bpf_object__close(object);
	}
	fprintf(output, "END\n");
	return fclose(output) ? 1 : 0;
}
