import { errnoNumber } from "../../base/index.ts"
import { GroupStorage, LocalStorage } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

/** BPF_LOCAL_STORAGE_GET_F_CREATE. */
const CREATE = 1n

function storageArgument(kernel: HelperKernel, address: bigint): LocalStorage {
  const map = mapArgument(kernel, address)
  if (map instanceof LocalStorage) return map
  throw new ArgumentRefusal(`map '${map.attributes.name}' is no local storage`)
}

/** The owner's value, made from `initial` (or of zeros) when the flags say so; 0 when there is none. */
const get: HelperFunction = (kernel, [map, owner, initial, flags]) => {
  const storage = storageArgument(kernel, map)
  if (owner === 0n || (flags & ~CREATE) !== 0n) return 0
  const found = storage.of(Number(owner))
  if (found !== 0 || flags !== CREATE) return found
  const { valueSize } = storage.attributes
  return storage.create(
    Number(owner),
    initial === 0n ? 0 : memoryArgument(kernel, initial, BigInt(valueSize)),
  )
}

const remove: HelperFunction = (kernel, [map, owner]) => {
  const storage = storageArgument(kernel, map)
  return owner === 0n ? -errnoNumber("EINVAL") : storage.drop(Number(owner))
}

/** The struct sock behind a socket that a program has; 0 for none. */
function socketOf({ core }: HelperKernel, address: bigint): bigint {
  return BigInt(core.sockets.at(Number(address))?.object.address ?? 0)
}

/** What the program has in the group that it is attached to. */
const getInGroup: HelperFunction = (kernel, [address], { place }) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof GroupStorage))
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no cgroup storage`)
  return map.of(place)
}

/** Helpers for values that live with a task, a control group, an inode or a socket, whichever address of it the program has. */
export const STORAGE_HELPERS: HelperTable = {
  bpf_get_local_storage: getInGroup,
  bpf_task_storage_get: get,
  bpf_task_storage_delete: remove,
  bpf_cgrp_storage_get: get,
  bpf_cgrp_storage_delete: remove,
  bpf_inode_storage_get: get,
  bpf_inode_storage_delete: remove,
  bpf_sk_storage_get: (kernel, [map, socket, ...rest], ...run) =>
    get(kernel, [map, socketOf(kernel, socket), ...rest], ...run),
  bpf_sk_storage_delete: (kernel, [map, socket, ...rest], ...run) =>
    remove(kernel, [map, socketOf(kernel, socket), ...rest], ...run),
}
