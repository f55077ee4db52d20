/** What all kinds of plugins and the host speak of: amounts, and why something is as it is. */

/** Amounts of one node or one job. cpus in thousandths of a cpu, memory in bytes, gpus in whole devices. */
export interface Resources {
  readonly cpus: number
  readonly memory: number
  readonly gpus: number
  /** What the operator counts besides, by its name; only what is not zero. Left out: nothing. */
  readonly counted?: Readonly<Record<string, number>>
}

/** A machine-readable why: a code of the glossary, a sentence for people, the numbers behind it. */
export interface Reason {
  readonly code: string
  readonly text: string
  readonly numbers?: Readonly<Record<string, number | string>>
}
