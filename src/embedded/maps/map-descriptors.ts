import type { KernelObject, KernelTypes } from "../memory/index.ts"
import { createMap } from "./create-map.ts"
import type { MapAttributes, MapHost, MapStorage } from "./map-storage.ts"

/** The descriptors of a process. */
export interface DescriptorTable {
  /** Puts an open file under the lowest free number; `release` runs when it is closed. */
  installFile(file: KernelObject, release?: () => void): number
  fileAt(fd: number): KernelObject | undefined
}

export interface DescriptorHost extends MapHost {
  readonly types: KernelTypes
  readonly objects: {
    nextId(kind: "map"): number
    /** The answer is the maker's hold on the map. */
    admitMap(map: MapStorage): () => void
  }
}

/** Maps that processes hold by a descriptor: they live until that is closed. */
export class MapDescriptors {
  readonly #maps = new Map<number, MapStorage>()
  readonly #host: DescriptorHost

  constructor(host: DescriptorHost) {
    this.#host = host
  }

  /** BPF_MAP_CREATE: the descriptor. Throws MapError, NotModelledError. */
  create(table: DescriptorTable, attributes: MapAttributes): number {
    const host = this.#host
    const map = createMap(host, host.objects.nextId("map"), attributes)
    const file = host.types.create("file", {})
    const release = host.objects.admitMap(map)
    this.#maps.set(file.address, map)
    return table.installFile(file, () => {
      this.#maps.delete(file.address)
      release()
    })
  }

  at(table: DescriptorTable, fd: number): MapStorage | undefined {
    const file = table.fileAt(fd)
    return file && this.#maps.get(file.address)
  }
}
