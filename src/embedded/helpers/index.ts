/** Helper functions of the embedded kernel, one file a family. May import base, engine types, maps, memory and packets. */
import { ADJUST_ROOM_HELPERS } from "./adjust-room-helper.ts"
import { AREA_HELPERS } from "./area-helpers.ts"
import { ATTACH_HELPERS } from "./attach-helpers.ts"
import { CGROUP_HELPERS } from "./cgroup-helpers.ts"
import { CHECKSUM_HELPERS } from "./checksum-helpers.ts"
import { CONGESTION_HELPERS } from "./congestion-helpers.ts"
import { CPU_HELPERS } from "./cpu-helpers.ts"
import { DYNPTR_HELPERS } from "./dynptr-helpers.ts"
import { FIELD_HELPERS } from "./field-helpers.ts"
import { FILE_HELPERS } from "./file-helpers.ts"
import { FORWARDING_HELPERS } from "./forwarding-helpers.ts"
import { HASH_HELPERS } from "./hash-helpers.ts"
import { HEADER_OPTION_HELPERS } from "./header-option-helpers.ts"
import type { HelperTable } from "./helper.ts"
import { INFRARED_HELPERS } from "./infrared-helpers.ts"
import { MAP_HELPERS } from "./map-helpers.ts"
import { MEMORY_HELPERS } from "./memory-helpers.ts"
import { MESSAGE_HELPERS } from "./message-helpers.ts"
import { OUTPUT_HELPERS } from "./output-helpers.ts"
import { PACKET_CHANGE_HELPERS } from "./packet-change-helpers.ts"
import { PACKET_FACT_HELPERS } from "./packet-fact-helpers.ts"
import { PACKET_HELPERS } from "./packet-helpers.ts"
import { PERF_HELPERS } from "./perf-helpers.ts"
import { PRINT_HELPERS } from "./print-helpers.ts"
import { QUEUE_HELPERS } from "./queue-helpers.ts"
import { RAW_SYN_COOKIE_HELPERS } from "./raw-syn-cookie-helpers.ts"
import { REDIRECT_HELPERS } from "./redirect-helpers.ts"
import { SECURITY_HELPERS } from "./security-helpers.ts"
import { SEGMENT_ROUTING_HELPERS } from "./segment-routing-helpers.ts"
import { SEQUENCE_HELPERS } from "./sequence-helpers.ts"
import { SOCKET_HELPERS } from "./socket-helpers.ts"
import { SOCKET_LOOKUP_HELPERS } from "./socket-lookup-helpers.ts"
import { STACK_HELPERS } from "./stack-helpers.ts"
import { STORAGE_HELPERS } from "./storage-helpers.ts"
import { SYSCTL_HELPERS } from "./sysctl-helpers.ts"
import { SYSTEM_HELPERS } from "./system-helpers.ts"
import { TASK_HELPERS } from "./task-helpers.ts"
import { TEXT_HELPERS } from "./text-helpers.ts"
import { TIME_HELPERS } from "./time-helpers.ts"
import { TUNNEL_HELPERS } from "./tunnel-helpers.ts"
import { TUNNEL_KEY_HELPERS } from "./tunnel-key-helpers.ts"
import { USER_RING_HELPERS } from "./user-ring-helpers.ts"
import { VLAN_HELPERS } from "./vlan-helpers.ts"
import { XDP_REDIRECT_HELPERS } from "./xdp-redirect-helpers.ts"

export { ArgumentRefusal } from "./argument.ts"
export type { CurrentTask, HelperFunction, HelperKernel, HelperTable, Invocation } from "./helper.ts"

/** Every helper that is modelled, by its ABI name. */
export const EMBEDDED_HELPERS: HelperTable = {
  ...ADJUST_ROOM_HELPERS,
  ...AREA_HELPERS,
  ...ATTACH_HELPERS,
  ...CGROUP_HELPERS,
  ...CHECKSUM_HELPERS,
  ...CONGESTION_HELPERS,
  ...CPU_HELPERS,
  ...DYNPTR_HELPERS,
  ...FIELD_HELPERS,
  ...FILE_HELPERS,
  ...FORWARDING_HELPERS,
  ...HASH_HELPERS,
  ...HEADER_OPTION_HELPERS,
  ...INFRARED_HELPERS,
  ...MAP_HELPERS,
  ...MEMORY_HELPERS,
  ...MESSAGE_HELPERS,
  ...OUTPUT_HELPERS,
  ...PACKET_HELPERS,
  ...PACKET_FACT_HELPERS,
  ...PACKET_CHANGE_HELPERS,
  ...PERF_HELPERS,
  ...PRINT_HELPERS,
  ...QUEUE_HELPERS,
  ...RAW_SYN_COOKIE_HELPERS,
  ...REDIRECT_HELPERS,
  ...SOCKET_HELPERS,
  ...SOCKET_LOOKUP_HELPERS,
  ...SECURITY_HELPERS,
  ...SEGMENT_ROUTING_HELPERS,
  ...STACK_HELPERS,
  ...STORAGE_HELPERS,
  ...SYSCTL_HELPERS,
  ...SEQUENCE_HELPERS,
  ...SYSTEM_HELPERS,
  ...TASK_HELPERS,
  ...TEXT_HELPERS,
  ...TIME_HELPERS,
  ...TUNNEL_KEY_HELPERS,
  ...TUNNEL_HELPERS,
  ...USER_RING_HELPERS,
  ...VLAN_HELPERS,
  ...XDP_REDIRECT_HELPERS,
}
