import type { Exhibit } from "skep"
import { asked, called, probed, traced, trail, watched } from "../path/path.ts"

const FILE = "/tmp/skep-path"

/** Whether the directory, or the file, may be used so. */
const permission = traced("inode_permission", asked("inode_permission"))

const openat = (asksAfter: boolean): string[] =>
  called(
    "openat",
    watched(
      "do_sys_openat2",
      probed("getname"),
      probed("get_unused_fd_flags"),
      watched(
        "do_filp_open",
        probed(
          "path_openat",
          probed("alloc_empty_file", asked("file_alloc", "file_alloc_security")),
          // The root, and /tmp.
          permission,
          permission,
          probed("mnt_want_write"),
          asked("path_mknod"),
          permission,
          asked("inode_create"),
          ...["lsm/inode_alloc_security", "lsm/d_instantiate"],
          probed("mnt_drop_write"),
          probed("may_open", permission),
          traced("vfs_open", probed("do_dentry_open", asked("file_open"))),
          asksAfter ? ["lsm/file_post_open"] : [],
        ),
      ),
      probed("fd_install"),
      probed("putname"),
    ),
  )

/** Where a file is made and opened, every function and every question on the way. */
const path: Exhibit = {
  title: "a program on every hook of openat(2), and the order in which they run",
  programsSince: { "6.9": ["lsm_file_post_open"] },
  scenario({ world, object }) {
    object.globals.watched_pid = world.pid
    world.open(FILE, { create: true, exclusive: true })
    const openat = trail(object)
    world.unlink(FILE)
    return { openat }
  },
  expected: { openat: openat(true) },
  expectedBefore: { "6.9": { openat: openat(false) } },
}

export default path
