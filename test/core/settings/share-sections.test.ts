/** The sections about fair share: what they say, and how mistakes are told. */
import assert from 'node:assert/strict'
import {parseSettings, shareRules} from '../../../src/core/settings/settings.js'

const configuration = (...lines: readonly string[]) =>
  parseSettings(
    lines.map((line, i) => {
      const cut = line.indexOf(' = ')
      return {key: line.slice(0, cut), value: line.slice(cut + 3), origin: `go-d.ini:${i + 1}`}
    }),
  )

const rules = (...lines: readonly string[]) => shareRules(configuration(...lines))

const refused = (message: RegExp, ...lines: readonly string[]): void =>
  assert.throws(() => configuration(...lines), {code: 'E_CONFIG_BAD', message})

describe('a section of fair share', () => {
  it('gives shares to groups and users, one where it says none', () => {
    const {shares} = rules(
      'share.group.lab.shares = 40',
      'share.group.lab.users = ann, bob',
      'share.group.guests.users = eve',
      'share.user.ann.shares = 3',
      'share.user.a.b@corp.shares = 0',
      'share.user.*.shares = 2',
    )
    assert.deepEqual(
      [...shares.groups],
      [
        ['lab', {shares: 40, users: ['ann', 'bob']}],
        ['guests', {shares: 1, users: ['eve']}],
      ],
    )
    assert.deepEqual(
      [...shares.users],
      [
        ['ann', {shares: 3}],
        ['a.b@corp', {shares: 0}],
        ['*', {shares: 2}],
      ],
    )
  })

  it('that is wrong is told with its line', () => {
    refused(
      /^go-d.ini:1: share.group.lab.shares = "-1", but a number from 0 to /,
      'share.group.lab.shares = -1',
    )
    refused(/^go-d.ini:1: share.user.ann.shares = "1.5"/, 'share.user.ann.shares = 1.5')
    refused(/^go-d.ini:1: a section of share.user has no 'users'/, 'share.user.ann.users = bob')
    refused(/^go-d.ini:1: '-x' is no name for a section of share.group/, 'share.group.-x.shares = 1')
    refused(/^go-d.ini:1: there is no section '\[share.team.lab\]'/, 'share.team.lab.shares = 1')
  })

  it('lets nobody share with two groups', () => {
    refused(
      /^go-d.ini:2: ann is in the group two, and in one already$/,
      'share.group.one.users = ann',
      'share.group.two.users = bob, ann',
    )
    refused(/^go-d.ini:1: the group one names ann twice$/, 'share.group.one.users = ann, bob, ann')
    refused(
      /^go-d.ini:1: "\*" is no name of a user, so it cannot be in the group one$/,
      'share.group.one.users = *',
    )
  })

  it('that is said again counts as it was said last', () => {
    const {shares} = rules(
      'share.group.one.users = ann',
      'share.group.two.users = ann',
      'share.group.one.users = bob',
    )
    assert.deepEqual(shares.groups.get('two')?.users, ['ann'])
  })
})

describe('the settings of fair share', () => {
  it('are a half-life of a week, and the order of the tree', () => {
    assert.deepEqual([rules().halfLife, rules().mode], [7 * 86_400_000, 'tree'])
    const never = rules('half_life = none', 'fairshare_mode = classic')
    assert.deepEqual([never.halfLife, never.mode], [Number.POSITIVE_INFINITY, 'classic'])
    refused(/^go-d.ini:1: half_life = "0"/, 'half_life = 0')
    refused(/^go-d.ini:1: fairshare_mode = "slurm", but one of tree, classic/, 'fairshare_mode = slurm')
  })
})
