import { type Errno, errnoNumber } from "../../base/index.ts"
import { MapBase } from "./map-base.ts"

/** A map that programs reach by helpers of its own: the ordinary ones find nothing in it, and change nothing. */
export abstract class UnkeyedMap extends MapBase {
  /** What updates and deletes by key are refused with. */
  protected abstract readonly refusals: { readonly update: Errno; readonly delete: Errno }

  lookup(_key: number): number {
    return 0
  }

  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber(this.refusals.update)
  }

  delete(_key: number): number {
    return -errnoNumber(this.refusals.delete)
  }

  protected find(_key: number): number {
    return 0
  }

  protected claim(_key: number, _flags: bigint): number {
    return -errnoNumber(this.refusals.update)
  }
}
