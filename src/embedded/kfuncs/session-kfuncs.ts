import type { HelperTable } from "../helpers/helper.ts"

/** What entry and return of one call have in common, for programs of kprobe.session. */
export const SESSION_KFUNCS: HelperTable = {
  bpf_session_cookie: (_kernel, _args, { session }) => session?.cookie ?? 0,
  bpf_session_is_return: (_kernel, _args, { session }) => (session?.isReturn ? 1 : 0),
}
