import type { Exhibit } from "skep"
import { asked, called, probed, trail, watched } from "../path/path.ts"
import { SHOP } from "../programs/shop.ts"

const PROGRAM = "/tmp/skep-path"

/** The file of the program; from 6.8 on it is opened before anything else. */
const open = probed("do_open_execat", probed("do_filp_open", asked("file_open")))

/** What kind of file it is; and an ELF file's headers. */
const read = probed("kernel_read", "lsm/file_permission")

/** `older`: as before 6.8, and without the event that says that there is no way back any more. */
const execve = (older: boolean): string[] =>
  called(
    "execve",
    probed("getname"),
    probed("alloc_bprm", older ? [] : open),
    probed("copy_string_kernel"),
    watched(
      "bprm_execve",
      probed("prepare_exec_creds", asked("prepare_creds", "cred_prepare")),
      older ? open : [],
      probed("sched_exec"),
      asked("bprm_creds_for_exec"),
      read,
      asked("bprm_check", "bprm_check_security"),
      read,
      watched(
        "begin_new_exec",
        asked("bprm_creds_from_file"),
        older ? [] : "tp_btf/sched_prepare_exec",
        probed("do_close_on_exec"),
        probed("would_dump"),
        probed("exec_mm_release"),
        probed("__set_task_comm", ...["tp_btf/task_rename", "raw_tp/task_rename", "tp/task/task_rename"]),
        asked("bprm_committing_creds"),
        probed("commit_creds"),
        asked("bprm_committed_creds"),
      ),
      probed("setup_new_exec"),
      probed("setup_arg_pages"),
      probed("finalize_exec"),
      ...["tp_btf/sched_process_exec", "raw_tp/sched_process_exec", "tp/sched/sched_process_exec"],
    ),
    probed("free_bprm"),
    probed("putname"),
  )

/** A child becomes another program: what the file may, what the task is called, where it begins. */
const path: Exhibit = {
  title: "a program on every hook of execve(2), and the order in which they run",
  programsSince: { "6.10": ["tp_btf_sched_prepare_exec"] },
  setUp: world => world.install(PROGRAM, SHOP),
  async scenario({ world, object }) {
    object.globals.watched_pid = world.pid
    const { status } = await world.exec(PROGRAM)
    return { status, execve: trail(object) }
  },
  expected: { status: 0, execve: execve(false) },
  expectedBefore: { "6.8": { execve: execve(true) } },
}

export default path
