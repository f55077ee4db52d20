import assert from 'node:assert/strict'
import {openPatiently} from '../../src/cli/reach-site.js'
import type {Site} from '../../src/cli/site.js'
import {GodError} from '../../src/core/errors.js'

const SITE = {} as unknown as Site

const fault = (code: string): Error => Object.assign(new Error(`${code}: broken`), {code})

/** What is said while the directory is in trouble so often. */
const tried = async (times: number, error: Error) => {
  const said: string[] = []
  let waited = 0
  const outcome = await openPatiently({
    open: () => {
      if (times-- > 0) throw error
      return SITE
    },
    delay: async ms => {
      waited += ms
    },
    note: text => said.push(`${waited}: ${text}`),
  }).catch((failed: unknown) => failed)
  return {outcome, said, waited}
}

describe('a directory that is in trouble for a moment', () => {
  it('is opened when it is well again, without a word if that was soon', async () => {
    for (const error of [fault('ESTALE'), new GodError('E_DISK', 'x', '', {cause: fault('EMFILE')})]) {
      const {outcome, said} = await tried(3, error)
      assert.deepEqual([outcome, said], [SITE, []])
    }
  })

  it('is told of after a second', async () => {
    const {outcome, said} = await tried(20, fault('ESTALE'))
    assert.deepEqual(
      [outcome, said],
      [SITE, ['1000: the shared directory does not answer (ESTALE); trying for some seconds more']],
    )
  })

  it('is given up after five, with the word to try again', async () => {
    const {outcome, said, waited} = await tried(1000, fault('ESTALE'))
    assert.ok(outcome instanceof GodError)
    assert.deepEqual([outcome.code, outcome.exit, said.length, waited], ['E_DIR_BUSY', 75, 1, 5000])
  })

  it('is not waited for where it is none, or closed, or broken', async () => {
    for (const error of [
      fault('ENOENT'),
      fault('EACCES'),
      new GodError('E_DIR_MISSING', 'none'),
      new TypeError('x'),
    ]) {
      const {outcome, waited} = await tried(1, error)
      assert.deepEqual([outcome, waited], [error, 0])
    }
  })
})
