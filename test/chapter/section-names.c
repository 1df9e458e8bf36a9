// SPDX-License-Identifier: Apache-2.0
// Prints what libbpf makes of each section name on its standard input: name, errno, program type, attach type.
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

int main(void)
{
	char name[256];

	libbpf_set_print(say_nothing);
	while (fgets(name, sizeof(name), stdin)) {
		enum bpf_prog_type type = 0;
		enum bpf_attach_type attach = 0;
		int error;

		name[strcspn(name, "\n")] = '\0';
		error = libbpf_prog_type_by_name(name, &type, &attach);
		printf("%s\t%d\t%d\t%d\n", name, error < 0 ? -error : 0, type, attach);
	}
	return 0;
}
