/** What a check of fsck tells, and what would mend it: values, so that two looks can be compared. */
import type {JobId, Rev, Token, Uid} from '../../core/brand.js'
import type {FindingId} from '../../core/findings.js'
import type {JobSpec} from '../../core/job.js'

export type Repair =
  /** `ino`: the file that was judged. */
  | {readonly do: 'set-aside'; readonly ino: number; readonly why: string}
  | {readonly do: 'keep'; readonly ino: number; readonly why: string}
  | {readonly do: 'close'; readonly mode: number}
  | {readonly do: 'make-folder'; readonly mode: number}
  | {readonly do: 'write-format'}
  | {readonly do: 'write-format-copy'}
  | {readonly do: 'raise-hint'; readonly id: JobId}
  | {readonly do: 'claim-epoch'; readonly epoch: number}
  | {readonly do: 'hold'; readonly id: JobId; readonly rev: Rev}
  | {readonly do: 'make-anew'; readonly spec: JobSpec}
  | {readonly do: 'refuse'; readonly uid: Uid; readonly tok: Token}
  | {readonly do: 'burn-claims'}
  | {readonly do: 'sweep'}
  /** One of the two files of a manifest from the other. */
  | {readonly do: 'mend-manifest'; readonly n: number}
  /** `bytes`: by their sum those that the manifest tells of. */
  | {readonly do: 'write-part'; readonly bytes: Uint8Array}

export interface Finding {
  readonly id: FindingId
  readonly path: string
  /** What is wrong, with which value. */
  readonly text: string
  /** Whose; absent: of no single job. */
  readonly job?: JobId
  /** Absent: there is none. */
  readonly repair?: Repair
}

/** Two looks found the same. */
export const keyOf = ({id, path, text}: Finding): string => `${id} ${path} ${text}`

export const bare = ({repair: _, ...finding}: Finding): Finding => finding
