// SPDX-License-Identifier: Apache-2.0
// Opens, makes and unlinks files in /tmp with bare system calls.
#include <fcntl.h>
#include <sys/syscall.h>

static long call(long number, long first, long second, long third, long fourth)
{
	register long r10 __asm__("r10") = fourth;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

void _start(void)
{
	static const char made[] = "/tmp/made", absent[] = "/tmp/absent";
	long fd = call(SYS_openat, AT_FDCWD, (long)made, O_CREAT | O_EXCL | O_RDWR, 0640);

	call(SYS_close, fd, 0, 0, 0);
	fd = call(SYS_openat, AT_FDCWD, (long)made, O_RDONLY, 0);
	call(SYS_close, fd, 0, 0, 0);
	call(SYS_openat, AT_FDCWD, (long)absent, O_RDONLY, 0);
	call(SYS_unlinkat, AT_FDCWD, (long)made, 0, 0);
	call(SYS_unlinkat, AT_FDCWD, (long)made, 0, 0);
	call(SYS_unlink, (long)absent, 0, 0, 0);
	call(SYS_exit_group, 0, 0, 0, 0);
}
