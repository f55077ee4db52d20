/**
 * The one catalogue of what `god fsck` can find: each has a stable id, a severity, what it means, what `--repair`
 * does and what is left to a person (docs/fsck.md is made from it; state.md 14). Pure.
 *
 * error: something is lost or would mislead a pass. warning: nothing is lost, but it should not stay so. note: worth
 * knowing; nothing need be done.
 */

export type Severity = 'error' | 'warning' | 'note'

export interface FindingKind {
  readonly severity: Severity
  readonly meaning: string
  /** What `--repair` does; null: nothing, and `byHand` says why. */
  readonly repair: string | null
  readonly byHand: string
}

const error = (meaning: string, repair: string | null, byHand: string): FindingKind => ({
  severity: 'error',
  meaning,
  repair,
  byHand,
})
const warning = (...words: Parameters<typeof error>): FindingKind => ({
  ...error(...words),
  severity: 'warning',
})
const note = (...words: Parameters<typeof error>): FindingKind => ({...error(...words), severity: 'note'})

/** In the order in which they are told. */
export const FINDINGS = {
  F_FORMAT: error(
    '`FORMAT` is damaged, or names another cluster than its sealed copy `FORMAT.copy`',
    'writes `FORMAT` again from the copy, where that is whole; until then god works by the copy',
    'without a whole copy: restore `FORMAT` from a backup; the first 8 digits of the cluster stand in the names of the containers',
  ),
  F_FORMAT_COPY: note(
    '`FORMAT.copy` is missing (a directory made by an older god) or damaged',
    'writes it from `FORMAT`',
    'nothing; never edit it',
  ),
  F_FOLDER: error(
    'a folder that `god init` makes is not there',
    'makes it, empty',
    'restore what was in it from a backup: an empty folder is no state',
  ),
  F_OWNER: error(
    'a file or folder of state belongs to somebody else than the service: he may change it at will',
    null,
    'find out who put it there; then `chown` it to the owner of `FORMAT`, or move it away',
  ),
  F_MODE: warning(
    'a file or folder is open to users it is not meant for',
    'takes the surplus rights away',
    'nothing, or `chmod` as the finding says',
  ),
  F_STRANGER: warning(
    'a name that god never makes, or something that is no regular file, in a folder of state',
    'sets files aside in `quarantine/`; folders and links stay',
    'move it away if you know what it is',
  ),
  F_UNREADABLE: error(
    'a file of state cannot be read: bad sectors, rights, a lost server',
    'sets it aside in `quarantine/`, so that the passes run on without it',
    'check the disk first; restore the file from a backup',
  ),
  F_HINT: error(
    'the id hint is not above every id in use: an id could be given twice',
    'raises it',
    'nothing',
  ),
  F_EPOCHS: error(
    'a record carries a younger epoch than any claim in `lock/`, or a revision an older one than the revision before',
    'claims the youngest epoch found again; records stay as they are',
    'nothing, unless it comes back: then two directories were mixed',
  ),
  F_RECORD: error(
    'a revision is damaged, or tells of another job or revision than its name',
    'sets it aside; the revision before it counts. Any pass does the same when it meets it',
    'what that revision said (a kill, an end) is found again or has to be asked for again; a backup of the file may be put back while nothing was published since',
  ),
  F_PREV: error(
    'a revision was published on other bytes than the revision before it has',
    'sets it aside; the revision before it counts',
    'nothing: it is what a power loss leaves',
  ),
  F_REV_GAP: error(
    'a revision whose predecessor is missing: it does not count',
    'sets it aside; the highest one without a gap below counts',
    'restore the missing revision from a backup before repairing',
  ),
  F_REV_MIDDLE: warning(
    'a revision below the one that counts is damaged: the job runs on, its history has a hole',
    'gives it a second name in `quarantine/`; its own name stays, for what was published on it counts only with it',
    'put the file back from a backup; or nothing',
  ),
  F_REV_KEPT: note('as F_REV_MIDDLE, and kept in `quarantine/` already', null, 'nothing'),
  F_HISTORY: note(
    'a revision below the one that counts is missing: the job runs on, its history has a hole',
    null,
    'put the file back from a backup; or nothing',
  ),
  F_START_FIELDS: error(
    'a job that was placed names no node, or not the container that its attempt must have',
    null,
    'a bug of god: report it with the record; `god kill` ends the job',
  ),
  F_ARRAY: error(
    'a task of an array is in two places at once, or in none',
    null,
    'a bug of god: report it with the record; `god kill` ends the array',
  ),
  F_DEPEND: error(
    'a record tells of a dependency that cannot be: on a job that does not come before it, in words that god does not know, or it began before it held',
    null,
    '`god show` and `god history` of the job; hold or kill it if it waits, and report it with the text shown',
  ),
  F_END: error(
    'a job that is over tells no end, or no reason for it',
    null,
    'a bug of god: report it with the record',
  ),
  F_SPEC: error(
    'the private spec of a job is damaged, or that of another job',
    'sets it aside; then see F_SPEC_MISSING',
    'put it back from a backup, if need be after the repair',
  ),
  F_SPEC_MISSING: error(
    'a job that has not started has no private spec: nobody knows its command',
    'holds it, with that reason: released without its spec it fails with the same reason',
    'restore the spec from a backup and `god release` the job; or `god kill` it and submit it again',
  ),
  F_SPEC_LOST: note(
    'the spec of a job is missing that runs or is over, or is held because of it',
    null,
    'nothing, or restore it from a backup',
  ),
  F_SPEC_ALONE: error(
    'a spec without any record and without a request: the record was lost, or a power loss came in the middle of an admission',
    'makes the job anew from its spec, under its id, held, as an attempt that never ran',
    'look whether it ran already (`work/`, `quarantine/`), then `god release` or `god kill` it',
  ),
  F_ID_TWICE: warning(
    'a job is packed and still has files in `jobs/live` or `jobs/spec`',
    null,
    'nothing: the packed one counts, and the next packing removes the others',
  ),
  F_REQUEST: warning(
    'a request is damaged, or is none',
    'refuses it: it is kept for its owner beside the reason. The next pass does the same',
    'its owner submits again',
  ),
  F_USER_FOLDER: warning(
    'a folder in `inbox/` is not of the user in its name, or open to others: nothing is taken from it',
    null,
    'ask who made it; remove it, so that its user can submit',
  ),
  F_NODE: warning(
    'the record of a node is damaged',
    'sets it aside; the next pass tells of the node again',
    'nothing',
  ),
  F_MANIFEST: error(
    'a manifest of packed jobs is damaged or missing: its copy is believed; if it is the newest and its copy is bad too, every pass and command that needs it stops and says so, for nobody can tell what is packed',
    'writes it again from its copy, where that is whole',
    'without a whole copy: restore one of the two from a backup; both of one that is not the newest may be removed',
  ),
  F_MANIFEST_COPY: warning(
    'the copy of a manifest is damaged, or the newest manifest has none (a packer was killed, or an older god wrote it)',
    'writes it from the manifest; one of an older god is published once more, with a copy. The next packing does the same for one that is missing',
    'nothing',
  ),
  F_SEGMENT: error(
    'a file of packed jobs is missing, or is not what its manifest says: each line has a sum of its own, so the jobs whose lines are whole are still found, and the others are named',
    'writes an index, or the sums of what was used, again from the lines, where that gives the very bytes that the manifest tells of',
    'restore the file from a backup',
  ),
  F_SEGMENT_FORM: error(
    'files of packed jobs are what their manifest says, and do not fit each other: lines or index not in order, rows that lead to no line, ids or numbers of lines that the manifest tells otherwise',
    null,
    'a bug of god: report it with the files; jobs may be missing in lists, and `god show ID` finds them by reading all lines',
  ),
  F_PACKED_ONCE: error(
    'a packed job or task has not exactly one line in the segments, or one that its manifest does not tell of',
    null,
    'a bug of god: report it with the files; a job with two lines counts twice in sums and lists',
  ),
  F_SUMS: error(
    'sums of what packed jobs used are damaged, missing, or not those of the lines beside them',
    null,
    'restore the file from a backup; of a bug of god, report it with the file',
  ),
  F_DERIVED: warning(
    'a derived file (the index, reasons, live usage, first sights of orphans) is damaged, or the index would be believed and tells otherwise than the records',
    'sets it aside; the next pass writes it again',
    'nothing: nothing is decided on it but when an orphan goes',
  ),
  F_JOURNAL: note(
    'lines of the journal are damaged',
    null,
    'nothing is decided on the journal; history is told from the records',
  ),
  F_CLAIM: note(
    'a claim of an id is older than ten minutes and no request came',
    'burns it, as the next scheduling pass does',
    'nothing',
  ),
  F_TEMP: note(
    'temporary files older than a day',
    'removes them, as the daily sweep does: nobody ever took them for state',
    'nothing',
  ),
  F_WORK_ALONE: note(
    'the directory of a job that nobody knows',
    null,
    "users' files: never touched; ask their owner, then remove it",
  ),
  F_CONTAINER_TWICE: error(
    'the engine has several containers of one attempt',
    null,
    'the watcher removes all but the one that the record names',
  ),
  F_CONTAINER_UNKNOWN: warning(
    'the engine has a container of this cluster that no record asks for',
    null,
    'the watcher removes it: at once if its attempt is over, after ten minutes if its job is unknown',
  ),
  F_QUARANTINE: note(
    'files lie in `quarantine/`',
    null,
    'read the `.why` beside each; remove them when they are of no use any more',
  ),
} as const satisfies Record<string, FindingKind>

export type FindingId = keyof typeof FINDINGS
