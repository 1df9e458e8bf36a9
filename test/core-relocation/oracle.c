// SPDX-License-Identifier: Apache-2.0
/*
 * Says what libbpf makes of a BPF object's CO-RE relocations, as one line of JSON: the instructions of each program
 * as they would go to the kernel, or the reason why libbpf refuses the object.
 *
 *   oracle OBJECT TARGET-BTF
 *
 * Nothing is loaded, but libbpf asks the kernel what it supports: run it in a virtual machine.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char reason[1024];
static int answered;
static struct bpf_object *opened;

static int keep_first_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !reason[0])
		vsnprintf(reason, sizeof(reason), format, args);
	return 0;
}

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= ' ')
			putchar(*text);
	}
	putchar('"');
}

static void print_program(const struct bpf_program *program)
{
	const unsigned char *bytes = (const void *)bpf_program__insns(program);
	size_t length = bpf_program__insn_cnt(program) * sizeof(struct bpf_insn);

	print_string(bpf_program__name(program));
	printf(":\"");
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("\"");
}

/* All relocations are done when the first program is about to be loaded. */
static int print_answer(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	struct bpf_program *each;
	const char *separator = "";

	if (answered)
		return -ECANCELED;
	printf("{\"programs\":{");
	bpf_object__for_each_program(each, opened) {
		if (!bpf_program__autoload(each))
			continue;
		printf("%s", separator);
		print_program(each);
		separator = ",";
	}
	printf("}}\n");
	answered = 1;
	return -ECANCELED;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = print_answer);
	LIBBPF_OPTS(bpf_object_open_opts, opts);

	if (argc != 3) {
		fprintf(stderr, "usage: oracle OBJECT TARGET-BTF\n");
		return 2;
	}
	libbpf_set_print(keep_first_warning);
	libbpf_register_prog_handler("socket", BPF_PROG_TYPE_SOCKET_FILTER, 0, &handler);
	opts.btf_custom_path = argv[2];
	opened = bpf_object__open_file(argv[1], &opts);
	if (opened)
		bpf_object__load(opened);
	if (!answered) {
		printf("{\"error\":");
		print_string(reason);
		printf("}\n");
	}
	return 0;
}
