import { CONTROL_GROUPS } from "./control-groups.ts"
import { DECIDING } from "./deciding.ts"
import { ERROR_INJECTION } from "./error-injection.ts"
import { INFRARED } from "./infrared.ts"
import { ITERATORS } from "./iterators.ts"
import { MANY_FUNCTIONS } from "./many-functions.ts"
import { PROGRAMS_ON_PROGRAMS } from "./programs-on-programs.ts"
import { LIGHTWEIGHT_TUNNELS, NETFILTER } from "./routes.ts"
import { SAMPLES } from "./samples.ts"
import { SINGLE_HOOKS } from "./single-hooks.ts"
import { NETWORK_NAMESPACES, SOCKETS, SOCKMAPS } from "./sockets.ts"
import { STRUCT_OPS } from "./struct-ops.ts"
import type { StyleGroup } from "./style.ts"
import { TEST_RUNS } from "./test-runs.ts"
import { NETKIT, TRAFFIC_CONTROL } from "./traffic-control.ts"
import { USER_PROBES } from "./user-probes.ts"
import { XDP } from "./xdp.ts"

/** Every way to attach a program of every type, tried on real kernels and on the embedded one alike. */
export const STYLE_GROUPS: readonly StyleGroup[] = [
  SINGLE_HOOKS,
  USER_PROBES,
  MANY_FUNCTIONS,
  SAMPLES,
  ITERATORS,
  DECIDING,
  PROGRAMS_ON_PROGRAMS,
  TEST_RUNS,
  STRUCT_OPS,
  ERROR_INJECTION,
  XDP,
  TRAFFIC_CONTROL,
  NETKIT,
  CONTROL_GROUPS,
  SOCKETS,
  SOCKMAPS,
  NETWORK_NAMESPACES,
  LIGHTWEIGHT_TUNNELS,
  NETFILTER,
  INFRARED,
]
