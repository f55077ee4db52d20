/**
 * Opening a site whose directory is in trouble for a moment (a server that was restarted, too many open files): tried
 * again for a while, told of after a second, given up with "try again later". Nothing has been done until then.
 */
import {GodError} from '../core/errors.js'
import {systemClock} from '../host/clock.js'
import {errno} from '../store/disk/file-system.js'
import {openSite, type Site, type SiteFlags} from './site.js'

const PASSING = ['ESTALE', 'EAGAIN', 'ETIMEDOUT', 'EMFILE', 'ENFILE', 'EINTR']

/** Milliseconds. */
const PAUSE = 100
const SILENT = 1000
const MOST = 5000

export interface Patience {
  readonly open: () => Site
  readonly delay: (ms: number) => Promise<void>
  readonly note: (text: string) => void
}

const passing = (error: unknown): string | null => {
  const code = error instanceof GodError ? errno(error.cause) : errno(error)
  return code !== null && PASSING.includes(code) ? code : null
}

export const openPatiently = async ({open, delay, note}: Patience): Promise<Site> => {
  for (let waited = 0; ; waited += PAUSE) {
    try {
      return open()
    } catch (error) {
      const code = passing(error)
      if (code === null) throw error
      if (waited >= MOST)
        throw new GodError(
          'E_DIR_BUSY',
          `the shared directory does not answer (${code})`,
          'Try again later.',
          {
            cause: error,
          },
        )
      if (waited === SILENT)
        note(`the shared directory does not answer (${code}); trying for some seconds more`)
    }
    await delay(PAUSE)
  }
}

/** `screen.note` is silent with --json, whose reader wants the document alone. */
export const reachSite = (flags: SiteFlags, screen: {note(text: string): void}): Promise<Site> =>
  openPatiently({open: () => openSite(flags), delay: systemClock.delay, note: text => screen.note(text)})
