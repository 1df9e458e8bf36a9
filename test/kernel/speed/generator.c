// SPDX-License-Identifier: Apache-2.0
// Calls getppid(2) until it is killed.
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	for (;;)
		syscall(SYS_getppid);
}
