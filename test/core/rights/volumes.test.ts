/** What becomes of the volumes that a job asks for. */
import assert from 'node:assert/strict'
import {checkVolumes, mountsFor, parseVolume, volumesFor} from '../../../src/core/rights/volumes.js'
import {parseSections} from '../../../src/core/settings/sections.js'

const {volumes} = parseSections(
  [
    ['volume.data.path', '/srv/data'],
    ['volume.data.users', '*'],
    ['volume.scratch.path', '/srv/scratch/$USER'],
    ['volume.scratch.mount', '/scratch'],
    ['volume.scratch.acl', 'rw'],
    ['volume.scratch.groups', 'lab'],
  ].map(([key = '', value = '']) => ({key, value, origin: 'x:1'})),
)
const ANN = {uid: 1000, name: 'ann', groups: [1000, 5000]}
const BOB = {uid: 1001, name: 'bob', groups: [1001]}
const NUMBERS = new Map([['lab', 5000]])

const mounts = (texts: readonly string[], who = ANN) => mountsFor(texts, volumes, who, NUMBERS)
const code = (texts: readonly string[], who = ANN): string => {
  const answer = mounts(texts, who)
  return 'code' in answer ? `${answer.code}: ${answer.message}` : 'granted'
}

describe('a volume', () => {
  it('is written as a name, with how it is wanted', () => {
    assert.deepEqual(parseVolume('data'), {name: 'data', acl: null})
    assert.deepEqual(parseVolume('data:ro'), {name: 'data', acl: 'ro'})
    assert.deepEqual(parseVolume('s:rw'), {name: 's', acl: 'rw'})
    for (const text of [
      '',
      ':',
      'a:',
      ':ro',
      'a:w',
      'a:ro:rw',
      '/srv',
      'a/b',
      '../a',
      'a b',
      'a\n',
      '-a',
      'a'.repeat(33),
      '/:/host:rw',
    ])
      assert.equal(parseVolume(text), null, JSON.stringify(text))
  })

  it('is mounted where the operator says, for reading unless both want more', () => {
    assert.deepEqual(mounts(['data', 'scratch']), [
      {source: '/srv/data', target: '/srv/data', readOnly: true},
      {source: '/srv/scratch/ann', target: '/scratch', readOnly: false},
    ])
    assert.deepEqual(mounts(['scratch:ro']), [
      {source: '/srv/scratch/ann', target: '/scratch', readOnly: true},
    ])
    assert.deepEqual(mounts([]), [])
  })

  it('T33 is his who is in the group now, whatever he was before', () => {
    assert.equal(code(['scratch']), 'granted')
    assert.match(code(['scratch'], {...ANN, groups: [1000]}), /E_VOLUME_REFUSED/)
  })

  it('of others looks as one that there is not', () => {
    assert.equal(code(['scratch'], BOB), "E_VOLUME_REFUSED: there is no volume 'scratch' for you")
    assert.equal(code(['nothing'], BOB), "E_VOLUME_REFUSED: there is no volume 'nothing' for you")
    assert.deepEqual(
      volumesFor(volumes, BOB, NUMBERS).map(({name}) => name),
      ['data'],
    )
  })

  it('is asked for once, and for writing only where that is granted', () => {
    assert.match(code(['data', 'data:ro']), /E_VOLUME_BAD: the volume data is asked for twice/)
    assert.match(code(['data:rw']), /E_VOLUME_REFUSED: the volume data is for reading only/)
    assert.match(code(['/etc:/etc']), /E_VOLUME_BAD: '\/etc:\/etc' is no volume/)
  })

  it('has no path for a name that would lead elsewhere', () => {
    assert.match(code(['scratch'], {...ANN, name: '../bob'}), /no path for a user of that name/)
  })

  it('T30 is for reading in a job that is root inside, and only where it is opened to such jobs', () => {
    const opened = new Map([...volumes].map(([name, volume]) => [name, {...volume, root: true}]))
    const asRoot = (texts: readonly string[], among = opened) => mountsFor(texts, among, ANN, NUMBERS, true)
    assert.deepEqual(asRoot(['data', 'scratch']), [
      {source: '/srv/data', target: '/srv/data', readOnly: true},
      {source: '/srv/scratch/ann', target: '/scratch', readOnly: true},
    ])
    const no = asRoot(['scratch:rw'])
    assert.match('code' in no ? no.message : '', /scratch is for reading only for a job that is root inside/)
    const shut = asRoot(['data'], new Map(volumes))
    assert.match('code' in shut ? shut.message : '', /data is not open to jobs that are root inside/)
  })

  it('is judged without knowing who asks, as far as that goes', () => {
    assert.equal(checkVolumes(['scratch', 'data:ro'], volumes), null)
    assert.equal(checkVolumes(['nothing'], volumes)?.code, 'E_VOLUME_REFUSED')
  })
})
