import assert from 'node:assert/strict'
import {CATALOGUE, type ErrorCode} from '../../src/core/catalogue.js'
import {asError, GodError, never, refusal} from '../../src/core/errors.js'
import {EXIT} from '../../src/core/exit.js'

const CODES = Object.keys(CATALOGUE) as ErrorCode[]

describe('the error catalogue', () => {
  it('names each code E_ and a fault, with a cause and a cure in one line', () => {
    for (const code of CODES) {
      assert.match(code, /^E_[A-Z]+(_[A-Z]+)*$/)
      for (const text of [CATALOGUE[code].cause, CATALOGUE[code].cure])
        assert.match(text, /^[^\n]{4,100}$/, code)
    }
  })

  it('gives each code an exit code of the command contract, and never success', () => {
    const contract: readonly number[] = Object.values(EXIT)
    for (const code of CODES) {
      const {exit} = new GodError(code, 'x')
      assert.ok(contract.includes(exit) && exit !== EXIT.ok, code)
    }
  })

  it('calls temporary what may succeed later without a change: all of exit 75 and no usage error', () => {
    for (const code of CODES) {
      const {exit, temporary} = new GodError(code, 'x')
      if (exit === EXIT.later) assert.equal(temporary, true, code)
      if (exit === EXIT.usage || exit === EXIT.bug || code === 'E_DISK') assert.equal(temporary, false, code)
    }
  })

  const exits: readonly (readonly [ErrorCode, number])[] = [
    ['E_USAGE', 2],
    ['E_NO_JOB', 3],
    ['E_NOT_PERMITTED', 4],
    ['E_WRONG_STATE', 5],
    ['E_RESOURCES_NEVER', 6],
    ['E_BUG', 70],
    ['E_DISK', 74],
    ['E_DISK_FULL', 74],
    ['E_HALTED', 75],
    ['E_TIMED_OUT', 124],
    ['E_INTERRUPTED', 130],
  ]
  for (const [code, exit] of exits) {
    it(`${code} exits with ${exit}`, () => assert.equal(new GodError(code, 'x').exit, exit))
  }
})

describe('an error', () => {
  it('keeps what failed, what to do, and what it came from', () => {
    const cause = new Error('EIO')
    const error = new GodError('E_DISK', 'the record was not written', 'Look at the disk.', {cause})
    assert.deepEqual(
      [error.name, error.code, error.message, error.hint, error.cause],
      ['GodError', 'E_DISK', 'the record was not written', 'Look at the disk.', cause],
    )
    assert.ok(error instanceof Error)
  })

  it('that quotes what is very long leaves the middle out, and keeps what stands at the end', () => {
    const message = `'${'x'.repeat(100_000)}' selects no jobs`
    for (const {message: said} of [new GodError('E_USAGE', message), refusal('E_USAGE', message)]) {
      assert.equal(said.length, 2000)
      assert.match(said, /^'xxx.* \[\.\.\.\] x.*' selects no jobs$/)
    }
    assert.equal(new GodError('E_USAGE', 'x'.repeat(2000)).message.length, 2000)
  })

  it('is made of a refusal, word for word', () => {
    const error = asError(refusal('E_NO_JOB', 'there is no job 9', 'See `god stat`.'))
    assert.deepEqual(
      [error.code, error.message, error.hint],
      ['E_NO_JOB', 'there is no job 9', 'See `god stat`.'],
    )
    assert.equal(asError(refusal('E_NO_JOB', 'x')).hint, '')
  })

  it('is our bug where a value was not foreseen', () => {
    assert.throws(() => never('purple' as never), {code: 'E_BUG', message: /"purple"/})
  })
})
