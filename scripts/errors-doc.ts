/**
 * Writes docs/errors.md from the one error catalogue: `node --import tsx scripts/errors-doc.ts`.
 * A test fails while the file says anything else.
 */
import {writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {CATALOGUE} from '../src/core/catalogue.js'
import {EXIT} from '../src/core/exit.js'

export const ERRORS_DOC = fileURLToPath(new URL('../docs/errors.md', import.meta.url))

const EXITS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'all went well',
  failed: 'failed',
  usage: 'something is wrong with the words',
  noJob: 'no such job',
  notPermitted: 'not permitted',
  conflict: 'conflict, or a state that does not allow it',
  refused: 'refused by a rule of the site',
  bug: 'a bug of god',
  disk: 'disk',
  later: 'try later',
  timedOut: 'wait gave up',
  interrupted: 'interrupted',
}

const INTRODUCTION = `# Errors

Every refusal has a stable code. On a terminal it is one line on stderr, \`god: what, why. What to do.\`; with \`--json\`
it is one document on stdout:

    {"schema":1,"error":{"code":"E_NO_JOB","message":"there is no job 9","hint":"See 'god stat'."}}

With \`GOD_DEBUG=1\` the stack goes to stderr as well. This page is made from \`src/core/catalogue.ts\`.`

const WAITED = `\`god wait\` and \`god submit -W\` exit with the job's own code, 128+n where signal n ended it, 125 where it never
started, 126 or 127 as Docker has it; of several jobs, with the highest.`

/** As the formatter of this repository wants it: columns as wide as their widest cell. */
const table = (rows: readonly (readonly string[])[]): string => {
  const cells = rows.map(row => row.map(cell => cell.replaceAll('|', '\\|')))
  const widths = (cells[0] ?? []).map((_, i) => Math.max(3, ...cells.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = '', ...body] = cells.map(line)
  return [head, line(widths.map(width => '-'.repeat(width))), ...body].join('\n')
}

export const errorsDocument = (): string => {
  const exits = Object.entries(EXIT).map(([name, code]) => [String(code), EXITS[name as keyof typeof EXIT]])
  const errors = Object.entries(CATALOGUE).map(([code, entry]) => [
    `\`${code}\``,
    String(entry.exit),
    'temporary' in entry ? 'yes' : '',
    entry.cause,
    entry.cure,
  ])
  return `${INTRODUCTION}

## Exit codes

${table([['code', 'meaning'], ...exits])}

${WAITED}

## Error codes

A temporary one may go away without any change by you.

${table([['code', 'exit', 'temporary', 'cause', 'cure'], ...errors])}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(ERRORS_DOC, errorsDocument())
