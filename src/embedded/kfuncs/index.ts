/** Kernel functions that programs call, one file a family. May import base, engine types, helpers, fields and memory. */
import type { HelperTable } from "../helpers/index.ts"
import { ARENA_KFUNCS } from "./arena-kfuncs.ts"
import { CGROUP_KFUNCS } from "./cgroup-kfuncs.ts"
import { CONGESTION_KFUNCS } from "./congestion-kfuncs.ts"
import { CPUMASK_KFUNCS } from "./cpumask-kfuncs.ts"
import { CSS_KFUNCS } from "./css-kfuncs.ts"
import { DYNPTR_KFUNCS } from "./dynptr-kfuncs.ts"
import { FILE_KFUNCS } from "./file-kfuncs.ts"
import { ITERATOR_KFUNCS } from "./iterator-kfuncs.ts"
import { KEY_KFUNCS } from "./key-kfuncs.ts"
import { OBJECT_KFUNCS } from "./object-kfuncs.ts"
import { PACKET_DYNPTR_KFUNCS } from "./packet-dynptr-kfuncs.ts"
import { SECTION_KFUNCS } from "./section-kfuncs.ts"
import { SESSION_KFUNCS } from "./session-kfuncs.ts"
import { SOCKET_KFUNCS } from "./socket-kfuncs.ts"
import { TASK_ITERATOR_KFUNCS } from "./task-iterator-kfuncs.ts"
import { TASK_KFUNCS } from "./task-kfuncs.ts"
import { TRANSFORM_KFUNCS } from "./transform-kfuncs.ts"
import { USER_KFUNCS } from "./user-kfuncs.ts"
import { WORKQUEUE_KFUNCS } from "./workqueue-kfuncs.ts"

export { KERNEL_DESTRUCTORS } from "./destructors.ts"

/** Every kernel function that is modelled, by its name. */
export const EMBEDDED_KFUNCS: HelperTable = {
  ...ARENA_KFUNCS,
  ...CONGESTION_KFUNCS,
  ...CPUMASK_KFUNCS,
  ...CGROUP_KFUNCS,
  ...CSS_KFUNCS,
  ...DYNPTR_KFUNCS,
  ...FILE_KFUNCS,
  ...ITERATOR_KFUNCS,
  ...KEY_KFUNCS,
  ...OBJECT_KFUNCS,
  ...PACKET_DYNPTR_KFUNCS,
  ...SECTION_KFUNCS,
  ...SESSION_KFUNCS,
  ...SOCKET_KFUNCS,
  ...TASK_ITERATOR_KFUNCS,
  ...TASK_KFUNCS,
  ...TRANSFORM_KFUNCS,
  ...USER_KFUNCS,
  ...WORKQUEUE_KFUNCS,
}
