/** FORMAT and its sealed copy: which directory this is, and whose (state.md 2). */

import type {Format} from '../directory.js'
import {readFormatCopy, readFormatText} from '../directory.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'
import type {Finding} from './finding.js'

export interface FormatChecked {
  /** Null: nobody knows. */
  readonly format: Format | null
  readonly findings: readonly Finding[]
}

/** What `FORMAT` must say. */
export const checkFormat = (fs: FileSystem, layout: Layout): FormatChecked => {
  const [text, copy] = [readFormatText(fs, layout), readFormatCopy(fs, layout)]
  const findings: Finding[] = []
  const repair = {do: 'write-format'} as const
  const mendable = copy.ok ? {repair} : {}
  if (!text.ok) findings.push({id: 'F_FORMAT', path: layout.format, text: text.why, ...mendable})
  else if (copy.ok && copy.value.cluster !== text.value.cluster) {
    const why = `it names cluster ${text.value.cluster}, its copy ${copy.value.cluster}`
    findings.push({id: 'F_FORMAT', path: layout.format, text: why, repair})
  }
  if (!copy.ok) {
    const again = text.ok ? {repair: {do: 'write-format-copy'} as const} : {}
    findings.push({id: 'F_FORMAT_COPY', path: layout.formatCopy, text: copy.why, ...again})
  }
  if (!text.ok) return {format: copy.ok ? copy.value : null, findings}
  return {format: {...text.value, cluster: copy.ok ? copy.value.cluster : text.value.cluster}, findings}
}
