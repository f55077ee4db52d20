/**
 * Writes docs/fsck.md from the catalogue of findings: `node --import tsx scripts/findings-doc.ts`.
 * A test fails while the file says anything else.
 */
import {writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {FINDINGS} from '../src/core/findings.js'

export const FINDINGS_DOC = fileURLToPath(new URL('../docs/fsck.md', import.meta.url))

const INTRODUCTION = `# What \`god fsck\` finds

\`god fsck\` reads every file of the shared directory and holds it to the rules by which god writes them; with an engine
that answers it compares the containers with the records. It only reads, and may run beside a scheduler: what is half
done at the first look is done at the second, half a second later, and only what both found is told.

\`god fsck --repair\` takes the scheduler's lease (it is refused while another process holds it) and mends what can be
mended without a guess. What is damaged goes to \`quarantine/\` with a \`.why\` beside it; nothing is deleted but temporary
files and claims of ids that nobody uses. The other jobs run on: before, meanwhile and after. Damage that was repaired
and uncovers more is followed up in the same run.

An **error** means that something is lost or would mislead a pass; a **warning** that nothing is lost, but it should not
stay so; a **note** that it is worth knowing. The exit code is 1 while errors or warnings are left, else 0.

## How damage is told

| files | told by |
|---|---|
| records, specs, manifests, node records, \`FORMAT.copy\` | the sum (sha256) of their own bytes in their last field, which they must have; then names, hashes of predecessors, and what the fields say of each other |
| \`FORMAT\` | its form, and the copy beside it, which has a sum: the copy is believed where they differ in the cluster |
| \`usage.json\` | its sum; and what it tells of a segment by the lines there, worked out anew |
| requests, \`reasons.json\`, live usage, first sights of orphans | the sum, where there is one (god writes one; what others write, or an older god wrote, may have none); else their form |
| segments in \`jobs/done/\` and sums in \`acct/\` | bytes and sha256 in the newest manifest; each line by a checksum of its own; then order, indexes and sums by the lines, and each job and task by its one line |
| manifests | beside their sum by the number that they tell, and by their copies |
| \`index/\` | a checksum of each part; where readers would believe it, each row by its record |
| journal | each line by the first 8 digits of its sum; a line that a kill cut off is told as well |
| \`ids/\`, \`idh/\`, \`lock/epoch.*\` | their names alone: the content is nothing, or a remark for people |
| \`lock/\` else, \`bell/\`, \`engine/\` of the providers | not looked at: made again by whoever needs them |
| \`work/\` | not looked at: users' own |
| \`go-d.ini\` | by every command that reads it, see \`god config\` |

## Findings`

const section = ([id, {severity, meaning, repair, byHand}]: [
  string,
  (typeof FINDINGS)[keyof typeof FINDINGS],
]): string =>
  `### ${id}

${severity}: ${meaning}.

- \`--repair\`: ${repair ?? 'nothing'}.
- By hand: ${byHand}.`

export const findingsDocument = (): string =>
  `${[INTRODUCTION, ...Object.entries(FINDINGS).map(section)].join('\n\n')}\n`

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FINDINGS_DOC, findingsDocument())
