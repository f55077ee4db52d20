/** What `god submit --help` tells beside its flags; also the manual page. */
export const SUBMIT_HELP = `The id that is printed is a promise: the job survives any crash from then on, also with no scheduler and
no engine running. Options end at the first operand. A readable file that begins with #! is a script: its
text is copied, the rest are its arguments; anything else is a command, run in the image as it stands.
A script may say these flags itself, on lines '#GOD -t 2h' before its first command; of #SBATCH, #$ and #PBS
lines is taken what means something here, and told what does not. #GOD wins over those, and these flags over all.
An array (-a 0-99, 1-9:2,12) is one job with many tasks; each finds its number in GODOCKER_TASK_ID.
With --key the same words can be said again without harm: while your job with that key is known, whatever became of
it, its id is printed and nothing is queued; asked for something else with that key, god refuses. It is known until the
site drops the job's line (done_max_age, done_max_jobs); a request that was refused gives its key back.

With -d it waits for jobs that were submitted before: after:12 (has begun), afterok:12:13 (ended with success),
afternotok:12, afterany:12, for a task afterok:12_3; singleton: for mine of the same name. Of several all must hold (,) or
one (?). What can never hold ends the job: it is killed with that reason. --retry 3 starts it again, after a pause, when its
node was lost or its exit code is not zero; of an array it counts for each task. Only the last attempt's end is its end, also
for jobs that wait for it.

With --cron the job is a schedule: it never runs itself, and at each of its times (zone: setting timezone) becomes a job
of its own, judged as if it were submitted then. Times that were missed are one; a time is left out while the last run
goes on, but for --overlap. 'god show' tells its next time; hold, release and kill it as any job.

With --from each line of a file is a job, by the long names of these flags: {"argv":["echo","a"],"mem":64,"env":{"N":"1"}},
or "script" with its text. Flags beside it hold for lines that say nothing else. A line may depend
on lines above it by their names: "depend":"afterok:@prep" waits for each of them that is named prep. While one line is bad nothing is queued.
With --parsable an id a line, in the order of the file.

Exit codes: 0 queued; 1 no shared directory, or a wrong configuration; 2 something is wrong with the words; 5 the key is another job's; 6 the site says no; 74 disk; 75 the directory does not answer; with -W the job's own
code, 128+n if signal n ended it, 125 if it never started.`
