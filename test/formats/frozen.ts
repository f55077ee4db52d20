/** The frozen files: every kind that god writes, as it was written once. One JSON line a file: its path and its text. */
import {readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

export interface Frozen {
  readonly path: string
  readonly text: string
}

const FOLDER = fileURLToPath(new URL('./', import.meta.url))

const read = (file: string): readonly Frozen[] =>
  readFileSync(`${FOLDER}${file}`, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

/** A whole shared directory of version 1. */
export const FIRST: readonly Frozen[] = read('v1.ndjson')

/** And what came beside it: what was written since, or was forgotten then. */
export const BESIDE: readonly Frozen[] = readdirSync(FOLDER)
  .filter(name => name.startsWith('v1-') && name.endsWith('.ndjson'))
  .sort()
  .flatMap(read)
