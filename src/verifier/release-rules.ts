import { isSince, type Release } from "../catalog/index.ts"

/** How the verifier changed over releases: each rule with the release that brought it. */
const SINCE = {
  /** Loads and moves with sign extension, signed division, unconditional byte swaps. */
  signExtension: "6.6",
  /** Frames are measured as compiled code aligns them. */
  compiledFrames: "6.8",
  /** The jump that is taken some time. */
  mayGoto: "6.9",
  /** Stores of constants into the context. */
  contextConstants: "6.4",
  /** Every number is spilled as it is, also unknown ones and zeros, and fills may take a part. */
  anySpill: "6.9",
  /** Precision is followed through calls, and wherever the stack is accessed. */
  precisionOfCalls: "6.8",
  /** Registers of one id are needed precisely together. */
  linkedPrecision: "6.12",
  /** Programs may throw, and name the function that catches. */
  exceptions: "6.7",
  /** What func_info says is looked at before the code is. */
  recordsFirst: "6.7",
  /** Callbacks are walked any number of times, in place of once. */
  repeatedCallbacks: "6.7",
  /** Ranges of 32 and 64 bits learn from each other, and from any comparison. */
  mutualRanges: "6.8",
  /** Results of bit operations and products are followed for operands that are not constant. */
  unknownOperands: "6.10",
  /** Stored states tell numbers apart by which share an id. */
  scalarIds: "6.5",
  /** A loop is endless when nothing at all changed, read or not. */
  exactLoops: "6.7",
  /** Pointers to kernel objects that the kernel vouches for are told apart from others. */
  trust: "6.2",
  /** Structures of the kernel are read by programs with a GPL-compatible licence and CAP_PERFMON alone. */
  guardedStructures: "6.2",
  /** Tags of the arguments of global functions: ctx, nonnull, trusted, arena. */
  argumentTags: "6.8",
  /** Parts of spilled numbers may be written over by who may not see addresses. */
  numbersOverwritten: "6.8",
  /** Sizes that may be zero have a message of their own. */
  zeroSizes: "6.8",
  /** Known bits are printed as the number that they are. */
  plainConstants: "6.8",
  /** One call may go through the elements of several maps. */
  severalElementMaps: "6.10",
  /** Dynptrs end when they are written over, which may not be where they hold a reference. */
  dynptrGuards: "6.3",
  /** States are printed without what goes without saying, long numbers in hexadecimal. */
  denseStates: "6.8",
  /** Source lines are printed with their file and number. */
  sourcePlaces: "6.9",
  /** Functions of the program may be called while a lock is held, which need not be released in them. */
  callsUnderLock: "6.9",
  /** A call of a global function that changes packets ends what is known of them. */
  packetChangesOfFunctions: "6.12",
  /** What is locked or disabled must be ended before a tail call. */
  tailCallsOutsideRegions: "6.12",
  /** The program first, then the global functions that it calls. */
  lazyGlobals: "6.8",
  /** Results are compared as ranges, not as bits. */
  returnRanges: "6.8",
  /** Copies stay linked when a constant is added to one. */
  addedConstants: "6.11",
  /** A store somewhere in the stack ends what its slots held as a whole. */
  wholeSlots: "6.12",
  /** A path remembers its steps, and stores a state when they become many. */
  longHistories: "6.10",
  /** Loops may close in every instruction, not in jumps alone. */
  loopsAnywhere: "6.3",
} as const satisfies Readonly<Record<string, Release>>

export type ReleaseRules = Readonly<Record<keyof typeof SINCE, boolean>>

const known = new Map<Release, ReleaseRules>()

/** Which of the rules a release has. */
export function releaseRules(release: Release): ReleaseRules {
  let rules = known.get(release)
  if (!rules) {
    rules = Object.fromEntries(
      Object.entries(SINCE).map(([rule, since]) => [rule, isSince(since, release)]),
    ) as ReleaseRules
    known.set(release, rules)
  }
  return rules
}
