import type { Exhibit } from "skep"
import { asked, called, probed, traced, trail, watched } from "../path/path.ts"

const FILE = "/tmp/skep-path"

const permission = traced("inode_permission", asked("inode_permission"))

const unlinkat = called(
  "unlinkat",
  probed("getname_flags"),
  watched(
    "do_unlinkat",
    // The root, and /tmp.
    probed("path_parentat", permission, permission),
    probed("mnt_want_write"),
    probed("lookup_one_qstr_excl"),
    asked("path_unlink"),
    watched("vfs_unlink", probed("may_delete", permission), asked("inode_unlink"), probed("d_delete")),
    probed("evict", "lsm/inode_free_security"),
    probed("mnt_drop_write"),
    probed("putname"),
  ),
)

/** From the path that user space gives to the inode that goes. */
const path: Exhibit = {
  title: "a program on every hook of unlinkat(2), and the order in which they run",
  scenario({ world, object }) {
    world.open(FILE, { create: true })
    object.globals.watched_pid = world.pid
    world.unlinkat(FILE)
    return { unlinkat: trail(object) }
  },
  expected: { unlinkat },
}

export default path
