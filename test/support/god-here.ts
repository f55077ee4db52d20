/**
 * The whole command line in this process: argv to exit code, with its output caught. For tables of many cases, where
 * a process for each would take minutes. What needs standard input, signals or a terminal is run by `god` instead.
 */
import {readFileSync} from 'node:fs'
import {cleanEnv, type GodOptions, type Ran, ROOT} from './god.js'

type Main = (argv: readonly string[], load: {root: string; pjson: unknown}) => Promise<void>

const load = async (): Promise<Main> => {
  const module: unknown = await import(`${ROOT}dist/src/cli/main.js`)
  return (module as {main: Main}).main
}

interface Caught {
  text: string
  restore(): void
}

const caught = (stream: NodeJS.WriteStream): Caught => {
  const {write, isTTY} = stream
  const found: Caught = {
    text: '',
    restore: () => {
      stream.write = write
      stream.isTTY = isTTY
    },
  }
  stream.isTTY = false
  stream.write = (chunk: unknown) => {
    found.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8')
    return true
  }
  return found
}

/** Everything that listens now; what came later is taken away again. */
const remembered = (): (() => void) => {
  const emitters = [process, process.stdout, process.stderr] as const
  const events = ['uncaughtException', 'SIGINT', 'SIGTERM', 'SIGHUP', 'error']
  const before = emitters.map(emitter => events.map(event => emitter.rawListeners(event)))
  return () => {
    for (const [i, emitter] of emitters.entries())
      for (const [j, event] of events.entries())
        for (const listener of emitter.rawListeners(event))
          if (!before[i]?.[j]?.includes(listener)) emitter.off(event, listener as () => void)
  }
}

export const godHere = async (args: readonly string[], options: GodOptions = {}): Promise<Ran> => {
  const main = await load()
  const {env, exitCode} = process
  const cwd = process.cwd()
  const forget = remembered()
  const [stdout, stderr] = [caught(process.stdout), caught(process.stderr)]
  process.env = cleanEnv(options)
  process.exitCode = undefined
  if (options.cwd !== undefined) process.chdir(options.cwd)
  try {
    await main(args, {root: ROOT, pjson: JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))})
    return {stdout: stdout.text, stderr: stderr.text, code: Number(process.exitCode ?? 0)}
  } finally {
    stdout.restore()
    stderr.restore()
    forget()
    process.chdir(cwd)
    Object.assign(process, {env, exitCode})
  }
}
