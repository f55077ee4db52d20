import assert from 'node:assert/strict'
import fc from 'fast-check'
import {checkEnvName, checkJobName} from '../../src/core/job-name.js'
import {anyOf, anyText} from './builders.js'

describe('the name of a job', () => {
  const good = [
    'train',
    'a',
    'a b',
    '-x',
    '../x',
    '$(id)',
    'größe',
    '訓練',
    '🧪 test',
    'به‌نام',
    'x'.repeat(64),
    '"',
    '%s',
  ]
  for (const name of good) {
    it(`may be ${name.slice(0, 20)}`, () => assert.equal(checkJobName(name), null))
  }

  const bad = [
    '',
    ' ',
    '\u3000',
    'x'.repeat(65),
    'a\nb',
    'a\tb',
    'a\rb',
    'a\0b',
    '\u001b[31mred',
    'a\u007f',
    'a\u009b1m',
    'a\u2028b',
    'a\u2029b',
    'a\u202eb',
    'a\u2066b',
    'a\u200eb',
    'a\u061cb',
    'a\u200bb',
    'a\u2060b',
    '\ufeffa',
    'a\u00adb',
    'a\ud800',
    '\udfffa',
  ]
  for (const name of bad) {
    it(`T46: may not be ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(checkJobName(name)?.code, 'E_NAME_BAD')
    })
  }

  it('holds no mark that turns the direction of writing, and no space without width', () => {
    const ranges = [
      [0x200b, 0x200b],
      [0x200e, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x2069],
    ] as const
    for (const [from, to] of ranges) {
      for (let code = from; code <= to; code++) {
        assert.equal(checkJobName(`a${String.fromCharCode(code)}`)?.code, 'E_NAME_BAD', code.toString(16))
      }
    }
  })

  it('is refused in a sentence that a terminal can bear', () => {
    assert.doesNotMatch(checkJobName('\u001b]0;owned\u0007')?.message ?? '', /[\u0000-\u001f]/)
  })

  it('R16, T60: never moves a terminal once it is taken', () => {
    const near = anyOf('a', ' ', '\u001b', '[', '\u009b', '\u202e', '\u200d', '\ud83e', '\uddea', '\u0300')
    fc.assert(
      fc.property(fc.oneof(near, anyText), name => {
        if (checkJobName(name) !== null) return
        assert.ok(name.length > 0 && name.length <= 64 && Buffer.from(name).toString() === name)
        assert.doesNotMatch(name, /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
      }),
      {numRuns: 20_000},
    )
  })
})

describe('the name of a variable', () => {
  for (const name of ['A', '_', 'a1', 'PATH', 'LD_PRELOAD', 'GOD', 'GODZILLA', 'XGOD_X', 'A'.repeat(128)]) {
    it(`may be ${name.slice(0, 20)}`, () => assert.equal(checkEnvName(name), null))
  }

  const bad = [
    '',
    '1A',
    'A B',
    'A=B',
    'A-B',
    'A.B',
    'A\n',
    '\0',
    'Ä',
    'A'.repeat(129),
    'BASH_FUNC_x%%',
    '__proto__ ',
  ]
  for (const name of bad) {
    it(`T41: may not be ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(checkEnvName(name)?.code, 'E_ENV_BAD')
    })
  }

  for (const name of ['GOD_', 'GOD_OUT', 'GODOCKER_JID', 'GOGOCKER_TASK_ID']) {
    it(`${name} is ours, and the refusal says so`, () => {
      const no = checkEnvName(name)
      assert.equal(no?.code, 'E_ENV_BAD')
      assert.match(no?.message ?? '', /set by god/)
    })
  }

  it('is one word of letters, digits and underscores once it is taken (R16)', () => {
    fc.assert(
      fc.property(fc.oneof(anyOf('A', '_', '1', '=', 'GOD_', 'GODOCKER_', ' ', '-'), anyText), name => {
        if (checkEnvName(name) === null) assert.match(name, /^(?!GOD_|GODOCKER_|GOGOCKER_)[A-Za-z_]\w*$/)
      }),
      {numRuns: 20_000},
    )
  })
})
