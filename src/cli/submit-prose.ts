/** What the help of `god submit` says besides its flags. */
import {prose} from './prose.js'

export const SUBMIT_PROSE =
  prose(`The id that is printed is a promise: the job survives any crash from then on, also with no scheduler and
no engine running. Options end at the first operand. A readable file that begins with #! is a script: its
text is copied, the rest are its arguments; anything else is a command, run in the image as it stands.
An array (-a 0-99, 1-9:2,12) is one job with many tasks; each finds its number in GODOCKER_TASK_ID.

With -d it waits for jobs that were submitted before: after:12 (has begun), afterok:12:13 (ended with success),
afternotok:12, afterany:12, for a task afterok:12_3; singleton: for mine of the same name. Of several all must hold (,) or
one (?). What can never hold ends the job: it is killed with that reason. --retry 3 starts it again, after a pause, when its
node was lost or its exit code is not zero. Only the last attempt's end is its end, also for jobs that wait for it.

With --from each line of a file is a job, by the long names of these flags: {"argv":["echo","a"],"mem":64,"env":{"N":"1"}},
or "script" with its text. Flags beside it hold for lines that say nothing else. While one line is bad nothing is queued.
With --parsable an id a line, in the order of the file.

Exit codes: 0 queued; 1 no shared directory, or a wrong configuration; 2 something is wrong with the words; 6 the site says no; 74 disk; 75 the directory does not answer; with -W the job's own
code, 128+n if signal n ended it, 125 if it never started.`)
