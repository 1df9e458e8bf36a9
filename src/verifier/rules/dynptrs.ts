import type { HelperArgument } from "../../catalog/details.ts"
import { unsupported } from "../reject.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"
import type { HelperCall } from "./helper-call.ts"

export function checkHelperDynptr(
  _walk: Walk,
  _call: HelperCall,
  _argument: HelperArgument,
  _number: number,
  _register: Register,
): void {
  unsupported("dynptrs")
}
