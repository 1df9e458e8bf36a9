/** Commands about what a kernel keeps, in bpftool's words, on whichever kernel is open. May import base … kernel. */
export { Exit } from "./exit.ts"
export type { CommandIo } from "./io.ts"
export { NOUN_NAMES, NOUNS, type NounName } from "./nouns.ts"
export {
  findVerb,
  type HelpTexts,
  type Noun,
  type NounFlags,
  nounHelp,
  type OptionText,
  type Verb,
  type VerbContext,
  verbHelp,
} from "./objects/noun.ts"
export { type NounHost, runVerb } from "./objects/run-verb.ts"
export { keywordFor, Words } from "./objects/words.ts"
