/** How `god gc` tells what it did, or would do. */
import {counted} from '../core/amounts.js'
import {SCHEMA} from './jobs/job-json.js'

interface Packed {
  readonly packed: number
  readonly void: number
  readonly merged: number
  readonly dropped: number
  readonly removed: number
}

/** Null: another process packs. */
export const gcJson = (report: Packed | null, dryRun: boolean): object =>
  report === null
    ? {schema: SCHEMA, elsewhere: true, dryRun}
    : {
        schema: SCHEMA,
        elsewhere: false,
        dryRun,
        packed: report.packed,
        void: report.void,
        merged: report.merged,
        dropped: report.dropped,
        removed: report.removed,
      }

/** What there is to say; nothing where nothing was to be done. */
export const gcText = (report: Packed | null, dryRun: boolean): string => {
  if (report === null) return 'another process is packing\n'
  const {packed, merged, dropped, removed} = report
  const said = [
    [packed, `${counted(packed, 'job')} packed`],
    [report.void, `the live files of ${counted(report.void, 'packed job')} removed`],
    [merged, `${counted(merged, 'segment')} merged into others`],
    [dropped, `${counted(dropped, 'job')} dropped`],
    [removed, `${counted(removed, 'file')} removed that nothing names`],
  ] as const
  const lines = said.flatMap(([n, text]) => (n === 0 ? [] : [`${dryRun ? 'would be: ' : ''}${text}\n`]))
  return lines.length > 0 ? lines.join('') : 'nothing to do\n'
}
