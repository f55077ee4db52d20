/** `--format '{{id}} {{state}}'`: a line a job, its columns by their names. No logic: what needs more reads --json. */
import {GodError} from '../../core/errors.js'
import {neutralise} from '../../core/text.js'
import type {JobView} from '../jobs/job-view.js'
import type {FieldName} from '../stat/field-names.js'
import {fieldText, parseField} from '../stat/fields.js'

/** Text as it stands, or a column. */
type Part = {readonly text: string} | {readonly field: FieldName}

/** As docker has them. */
const ESCAPES: Readonly<Record<string, string>> = {'\\t': '\t', '\\n': '\n', '\\\\': '\\'}

const plain = (text: string): Part => {
  if (/\{\{|\}\}/.test(text))
    throw new GodError('E_USAGE', `'${text}' is no template`, "Write columns as '{{id}} {{state}}'.")
  return {text: text.replace(/\\[tn\\]/g, mark => ESCAPES[mark] ?? mark)}
}

export type Template = readonly Part[]

export const ID_ONLY: Template = [{field: 'id'}]

export const parseTemplate = (text: string): Template =>
  text
    .split(/(\{\{\s*\w*\s*\}\})/)
    .map((part, i) => (i % 2 === 0 ? plain(part) : {field: parseField(part.slice(2, -2).trim())}))

export const renderTemplate = (template: Template, jobs: readonly JobView[], now: number): string =>
  jobs
    .map(job => {
      const texts = template.map(part =>
        'text' in part ? part.text : neutralise(fieldText(part.field, job, now)),
      )
      return `${texts.join('')}\n`
    })
    .join('')
