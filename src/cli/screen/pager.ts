/**
 * Long text on a terminal goes through the user's pager: GOD_PAGER, else PAGER, else `less -FRX` if it is there.
 * What fits the screen is printed as it is. Who quits the pager has seen enough: that is no failure.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {columnsWide, withoutColours} from '../../core/text.js'
import {exactVariable, variable} from '../../host/environment.js'
import type {Terminal} from './terminal.js'

export interface Pages {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>
  /** Resolves when the reader is done. */
  end(): Promise<void>
}

interface Program {
  readonly file: string
  readonly args: readonly string[]
}

/** Null: the user wants none. */
const pagerProgram = (): Program | null => {
  const named = exactVariable('GOD_PAGER') ?? exactVariable('PAGER')
  if (named === null) return {file: 'less', args: ['-FRX']}
  return ['', 'cat'].includes(named.trim()) ? null : {file: '/bin/sh', args: ['-c', named]}
}

/** Lines on the screen. */
export const rowsOf = (text: string, width: number): number =>
  text
    .split('\n')
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(columnsWide(withoutColours(line)) / width)), -1)

/** Null: it cannot be started. Until it is over Ctrl-C is its own, as in any program that pages. */
const startPager = async ({file, args}: Program): Promise<ChildProcess | null> => {
  const child = spawn(file, args, {stdio: ['pipe', 'inherit', 'inherit']})
  try {
    await once(child, 'spawn')
  } catch {
    return null
  }
  // It may end before it has read all.
  child.stdin?.on('error', () => undefined)
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  child.once('close', () => process.off('SIGINT', ignore))
  return child
}

const roomOf = async (child: ChildProcess): Promise<void> => {
  if (child.stdin === null || child.stdin.destroyed || child.exitCode !== null) return
  await Promise.race([once(child.stdin, 'drain'), once(child, 'close')]).catch(() => undefined)
}

const paging = (terminal: Terminal, program: Program): Pages => {
  let held = ''
  let mode: 'holding' | 'direct' | ChildProcess = 'holding'
  const open = async (): Promise<void> => {
    mode = (await startPager(program)) ?? 'direct'
    const text = held
    held = ''
    await write(text)
  }
  const write = async (text: string): Promise<void> => {
    if (mode === 'direct') return terminal.write(text)
    if (mode !== 'holding') {
      if (mode.stdin?.writable === true && !mode.stdin.write(text)) await roomOf(mode)
      return
    }
    held += text
    if (rowsOf(held, terminal.width) >= terminal.rows) await open()
  }
  const end = async (): Promise<void> => {
    if (mode === 'holding' || mode === 'direct') return terminal.write(held)
    mode.stdin?.end()
    if (mode.exitCode === null && mode.signalCode === null) await once(mode, 'close')
  }
  return {write, end}
}

/** `wanted`: the user did not say --no-pager, and the text does not go on. */
export const openPages = (terminal: Terminal, wanted: boolean): Pages => {
  const program = wanted && terminal.tty && variable('TERM') !== 'dumb' ? pagerProgram() : null
  if (program !== null) return paging(terminal, program)
  return {write: async text => terminal.write(text), end: async () => undefined}
}

/** What `act` prints, a page at a time: for help, which oclif prints by itself. */
export const paged = async (
  terminal: Terminal,
  wanted: boolean,
  act: () => Promise<unknown>,
): Promise<void> => {
  const pages = openPages(terminal, wanted)
  const {write} = process.stdout
  let text = ''
  process.stdout.write = (chunk: Uint8Array | string) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  }
  try {
    await act()
  } finally {
    process.stdout.write = write
    await pages.write(text)
    await pages.end()
  }
}
