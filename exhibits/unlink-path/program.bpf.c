// SPDX-License-Identifier: Apache-2.0
// A program on every hook of unlinkat(2).
#include "../path/path.h"

#define NR_UNLINKAT 263

BEGIN(unlinkat, NR_UNLINKAT, BY_WATCHED)
PROBED(getname_flags)
PROBED(do_unlinkat)
TRACED(do_unlinkat)
PROBED(path_parentat)
TRACED(inode_permission)
PROBED(security_inode_permission)
ASKED(inode_permission)
PROBED(mnt_want_write)
PROBED(lookup_one_qstr_excl)
PROBED(security_path_unlink)
ASKED(path_unlink)
PROBED(vfs_unlink)
TRACED(vfs_unlink)
PROBED(may_delete)
PROBED(security_inode_unlink)
ASKED(inode_unlink)
PROBED(d_delete)
PROBED(evict)
ASKED(inode_free_security)
PROBED(mnt_drop_write)
PROBED(putname)
END(unlinkat)
