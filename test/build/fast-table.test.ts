import assert from 'node:assert/strict'
import {Args, Command, Flags} from '@oclif/core'
import {fastTable} from '../../scripts/fast-table.js'
import {matchWords} from '../../src/cli/fast-words.js'

type Flag = (typeof Command.flags)[string]

const words = {word: Args.string({multiple: true, ignoreStdin: true})}

const classOf = (flags: Record<string, Flag>, args: typeof Command.args = words): Command.Class =>
  class extends Command {
    static override args = args
    static override flags = flags
    async run(): Promise<void> {}
  } as unknown as Command.Class

const tableOf = (flag: Flag) => fastTable('stat', classOf({flag}), new Set(['flag']))

describe('the words that need no oclif', () => {
  const TAKEN: Readonly<Record<string, Flag>> = {
    'a boolean': Flags.boolean({char: 'f', default: false}),
    'a string': Flags.string({char: 'f', summary: 'x', helpValue: 'X'}),
    'a string with a variable': Flags.string({char: 'f', env: 'SOME_VARIABLE'}),
    'a choice': Flags.option({char: 'f', options: ['a', 'b'] as const})(),
    'several strings': Flags.string({char: 'f', multiple: true, multipleNonGreedy: true}),
    'several with commas': Flags.string({char: 'f', multiple: true, multipleNonGreedy: true, delimiter: ','}),
  }
  for (const [what, flag] of Object.entries(TAKEN))
    it(`are also ${what}`, () => assert.deepEqual(Object.keys(tableOf(flag).flags), ['-f', '--flag']))

  const LEFT: Readonly<Record<string, Flag>> = {
    'a number, which has a parser': Flags.integer(),
    'a file, which has a parser': Flags.file({exists: true}),
    'a parser of its own': Flags.string({parse: async text => text.trim()}),
    'one that may be negated': Flags.boolean({allowNo: true}),
    'one that excludes another': Flags.string({exclusive: ['other']}),
    'one that needs another': Flags.string({dependsOn: ['other']}),
    'one that takes all that follows': Flags.string({multiple: true}),
    'one that reads standard input': Flags.string({allowStdin: true}),
    'one with another name': Flags.string({aliases: ['other']}),
    'one that is going': Flags.string({deprecated: true}),
    'a number with bounds': Flags.integer({min: 0, max: 9}),
  }
  for (const [what, flag] of Object.entries(LEFT))
    it(`are not those of ${what}`, () => {
      try {
        assert.deepEqual(tableOf(flag).flags, {})
      } catch (error) {
        // Also where it is not given, nobody knows what it does.
        assert.match(
          String(error),
          /cannot have a short way: --flag has (allowStdin|aliases|deprecated|exists)/,
        )
      }
    })

  it('are not those of a flag that the function behind the command does not know', () => {
    const table = fastTable(
      'stat',
      classOf({flag: Flags.string(), other: Flags.string()}),
      new Set(['other']),
    )
    assert.deepEqual(Object.keys(table.flags), ['--other'])
  })

  it('are none where a flag that is not given matters', () => {
    assert.throws(() => tableOf(Flags.string({required: true})), /--flag has required/)
    assert.throws(() => tableOf(Flags.string({exactlyOne: ['flag', 'other']})), /--flag has exactlyOne/)
    assert.throws(() => tableOf(Flags.string({default: async () => 'x'})), /default of --flag is computed/)
  })

  it('are none where operands are more than words', () => {
    const shapes: readonly (typeof Command.args)[] = [
      {},
      {word: Args.string({ignoreStdin: true})},
      {word: Args.string({multiple: true})},
      {word: Args.integer({multiple: true, ignoreStdin: true})},
      {word: Args.string({multiple: true, ignoreStdin: true, required: true})},
      {word: Args.string({multiple: true, ignoreStdin: true, options: ['a']})},
      {...words, other: Args.string({multiple: true, ignoreStdin: true})},
    ]
    for (const args of shapes)
      assert.throws(() => fastTable('stat', classOf({}, args), new Set()), /cannot have a short way/)
  })

  it('have the defaults of all flags, also of those that are left out', () => {
    const flags = {a: Flags.integer({default: 3}), b: Flags.string({default: 'x'})}
    const table = fastTable('stat', classOf(flags), new Set(['a', 'b']))
    assert.deepEqual(matchWords(table, []), {flags: {a: 3, b: 'x'}, operands: []})
    assert.equal(matchWords(table, ['-a', '4']), null)
  })

  it('name the variables of all flags', () => {
    assert.deepEqual(tableOf(Flags.string({env: 'SOME_VARIABLE'})).variables, ['SOME_VARIABLE'])
  })
})
