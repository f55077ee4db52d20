import assert from 'node:assert/strict'
import fc from 'fast-check'
import {type AdmissionPolicy, admit, settleWish} from '../../src/core/admission.js'
import {epoch, jobId} from '../../src/core/brand.js'
import {CATALOGUE, type ErrorCode} from '../../src/core/catalogue.js'
import {parseRecord, parseSpec, type Wish} from '../../src/core/job.js'
import {NO_SECTIONS, parseSections} from '../../src/core/settings/sections.js'
import {ANN, aNode, anyText, anyWish, aRecord, aWish, GIB, later, NOW, TOK} from './builders.js'

const POLICY: AdmissionPolicy = {
  defaultImages: ['busybox:local', 'alpine:3'],
  allowedImages: null,
  images: true,
  defaults: {cpus: 1000, memory: GIB / 2, gpus: 0},
  defaultWalltime: 3600,
  maxWalltime: null,
  maxCpus: null,
  maxMemory: null,
  private: false,
  root: {users: [], groups: [], never: null},
  sections: NO_SECTIONS,
}
const NODES = [aNode('n1', 4, 8), aNode('n2', 16, 4)]

const settle = (wish: Partial<Wish>, policy: Partial<AdmissionPolicy> = {}, nodes = NODES) =>
  settleWish(aWish(wish), {...POLICY, ...policy}, nodes)

const settled = (...asked: Parameters<typeof settle>) => {
  const answer = settle(...asked)
  assert.ok(!('code' in answer), JSON.stringify(answer))
  return answer
}

const refused = (code: ErrorCode, text: RegExp, ...asked: Parameters<typeof settle>): void => {
  const answer = settle(...asked)
  assert.ok('code' in answer, `admitted: ${JSON.stringify(answer)}`)
  assert.equal(answer.code, code)
  assert.match(answer.message, text)
}

const admitted = (wish: Wish, account = ANN, policy = POLICY, operator = false) =>
  admit(
    {id: jobId(42), tok: TOK, wish, account, groups: new Map(), operator, now: NOW, epoch: epoch(7)},
    policy,
    NODES,
  )

describe('the place in the queue', () => {
  const recordOf = (wish: Partial<Wish>, operator = false) => {
    const answer = admitted(aWish(wish), ANN, POLICY, operator)
    return 'record' in answer ? answer.record : assert.fail(answer.message)
  }

  it('is as was asked for, and left out where nothing was', () => {
    const {nice, priority, begin} = recordOf({nice: 5, priority: -7, begin: NOW})
    assert.deepEqual([nice, priority, begin], [5, -7, NOW])
    const plain = recordOf({})
    assert.deepEqual([plain.nice, 'priority' in plain, 'begin' in plain], [0, false, false])
  })

  it('waits for its turn only from its begin time on', () => {
    assert.equal(recordOf({begin: later(60_000)}).eligible, later(60_000))
    assert.equal(recordOf({begin: later(-60_000)}).eligible, NOW)
  })

  it('before those of others is for operators', () => {
    const no = admitted(aWish({nice: -1}))
    assert.equal('code' in no ? no.code : 'admitted', 'E_NOT_PERMITTED')
    assert.equal(recordOf({nice: -1}, true).nice, -1)
  })
})

describe('what a user leaves out', () => {
  it('is filled in by the site', () => {
    assert.deepEqual(settled({}), {
      name: 'true',
      queue: 'default',
      image: 'busybox:local',
      resources: {cpus: 1000, memory: GIB / 2, gpus: 0},
      walltime: 3600,
    })
  })

  it('is not what he asked for', () => {
    assert.deepEqual(settled({name: 'x', image: 'alpine:3', cpus: 2000, memory: GIB, walltime: 60}), {
      name: 'x',
      queue: 'default',
      image: 'alpine:3',
      resources: {cpus: 2000, memory: GIB, gpus: 0},
      walltime: 60,
    })
  })

  const names: readonly (readonly [string, Wish['command']])[] = [
    ['sort', {kind: 'argv', argv: ['/usr/bin/sort', '-n']}],
    ['run.sh', {kind: 'argv', argv: ['./run.sh']}],
    ['my_prog_', {kind: 'argv', argv: ['my prog\n']}],
    ['hidden', {kind: 'argv', argv: ['.hidden']}],
    ['job', {kind: 'argv', argv: ['/']}],
    ['job', {kind: 'argv', argv: ['--']}],
    ['gr__e', {kind: 'argv', argv: ['größe']}],
    ['a'.repeat(64), {kind: 'argv', argv: ['a'.repeat(500)]}],
    ['script', {kind: 'script', text: '#!/bin/sh\n', args: ['x']}],
  ]
  for (const [name, command] of names) {
    it(`the name of ${JSON.stringify(command).slice(0, 50)} is ${name.slice(0, 12)}`, () => {
      assert.equal(settled({command}).name, name)
    })
  }
})

describe('an image', () => {
  it('must be named where the site has none', () => {
    refused('E_IMAGE_MISSING', /no image/, {}, {defaultImages: []})
  })

  it('is one of the list where users may bring none, and the list is told', () => {
    assert.equal(settled({image: 'alpine:3'}, {allowedImages: []}).image, 'alpine:3')
    const answer = settle({image: 'alpine'}, {allowedImages: []})
    assert.deepEqual(answer, {
      code: 'E_IMAGE_NOT_ALLOWED',
      message: "image 'alpine' is not allowed here",
      hint: 'Allowed: busybox:local, alpine:3.',
    })
  })

  it('is none where the list is empty and users may bring none', () => {
    const answer = settle({image: 'alpine'}, {allowedImages: [], defaultImages: []})
    assert.ok('code' in answer && answer.hint === 'Allowed: none.')
  })

  it('is well formed', () => refused('E_IMAGE_BAD', /not the name of an image/, {image: '-v /:/host'}))

  it('does not matter where the executor has none', () => {
    assert.equal(settled({}, {images: false, defaultImages: []}).image, '')
    assert.equal(settled({image: 'NOT one'}, {images: false}).image, 'NOT one')
  })
})

describe('a wish', () => {
  const argv = (...words: string[]): Partial<Wish> => ({command: {kind: 'argv', argv: words}})
  const cases: readonly (readonly [string, ErrorCode, RegExp, Partial<Wish>])[] = [
    ['with an empty command', 'E_COMMAND_EMPTY', /empty word/, argv('', 'x')],
    ['with no command', 'E_COMMAND_EMPTY', /empty word/, argv()],
    ['with NUL in an argument', 'E_SPEC_BAD', /argument/, argv('echo', 'a\0b')],
    [
      'with NUL in a script argument',
      'E_SPEC_BAD',
      /argument/,
      {command: {kind: 'script', text: '#!', args: ['\0']}},
    ],
    ['with NUL in a value', 'E_ENV_BAD', /value of A/, {env: {A: '\0'}}],
    ['with a variable of ours', 'E_ENV_BAD', /set by god/, {env: {GOD_OUT: '/etc'}}],
    ['with a variable of no name', 'E_ENV_BAD', /not the name/, {env: {'A=B': 'x'}}],
    ['with a name of control characters', 'E_NAME_BAD', /control/, {name: 'a\u001b'}],
    ['with a relative folder', 'E_SPEC_BAD', /workdir.*absolute/, {workdir: 'here'}],
    ['with an empty folder', 'E_SPEC_BAD', /workdir/, {workdir: ''}],
    ['with a line break in a path', 'E_SPEC_BAD', /output/, {output: 'a\nb'}],
    ['with NUL in a path', 'E_SPEC_BAD', /error/, {error: 'a\0b'}],
    ['with an empty path', 'E_SPEC_BAD', /output/, {output: ''}],
    ['for more cpus than any node has', 'E_RESOURCES_NEVER', /17 cpus.*n2.*16 cpus/, {cpus: 17_000}],
    ['for more memory than any node has', 'E_RESOURCES_NEVER', /9G.*n1.*8G/, {memory: 9 * GIB}],
    ['for what no single node has', 'E_RESOURCES_NEVER', /together/, {cpus: 16_000, memory: 8 * GIB}],
  ]
  for (const [what, code, text, wish] of cases) {
    it(`${what} is refused`, () => refused(code, text, wish))
  }

  it('may have empty arguments, an empty value and odd paths', () => {
    settled({
      ...argv('printf', '', ' ', '\n'),
      env: {A: ''},
      output: '../%x',
      error: '/dev/null',
      workdir: '/',
    })
  })

  it('may ask for all of a node', () => {
    assert.equal(settled({cpus: 16_000, memory: 4 * GIB}).resources.cpus, 16_000)
  })

  it('waits rather than being refused while no node is known', () => {
    assert.equal(settled({cpus: 10_000_000}, {}, []).resources.cpus, 10_000_000)
  })
})

describe('the longest walltime', () => {
  it('may be asked for, and no second more', () => {
    assert.equal(settled({walltime: 7200}, {maxWalltime: 7200}).walltime, 7200)
    refused('E_SPEC_BAD', /7201 s.*7200 s/, {walltime: 7201}, {maxWalltime: 7200})
  })

  it('is not got round by asking for none', () => {
    refused('E_SPEC_BAD', /no walltime/, {}, {maxWalltime: 7200, defaultWalltime: null})
  })

  it('need not be: then a job may run for ever', () => {
    assert.equal(settled({}, {defaultWalltime: null}).walltime, null)
  })
})

describe('an admitted job', () => {
  it('belongs to the account, is pending since now, and carries its request', () => {
    const answer = admitted(aWish({labels: {team: 'x'}}))
    assert.ok('record' in answer)
    const {record, spec} = answer
    const resources = {cpus: 1000, memory: GIB / 2, gpus: 0}
    assert.deepEqual(record, aRecord({name: 'true', resources, walltime: 3600, labels: {team: 'x'}}))
    assert.deepEqual(spec, {v: 1, id: 42, tok: TOK, uid: 1000, wish: aWish({labels: {team: 'x'}})})
  })

  it('is held if he wishes, and says why', () => {
    const answer = admitted(aWish({hold: true}))
    assert.ok('record' in answer)
    assert.deepEqual([answer.record.state, answer.record.reason?.code], ['held', 'held'])
  })

  it('T17: shows nothing of its command, its variables and its paths', () => {
    const canary = 'c4n4ry'
    const wish = aWish({
      name: 'x',
      command: {kind: 'argv', argv: ['true', canary]},
      env: {SECRET: canary},
      workdir: `/${canary}`,
      output: canary,
      error: canary,
    })
    const answer = admitted(wish)
    assert.ok('record' in answer)
    assert.doesNotMatch(JSON.stringify(answer.record), new RegExp(canary))
  })

  it('is refused when its record could not be read again: its id would be lost in quarantine', () => {
    for (const account of [
      {...ANN, name: 'a'.repeat(65)},
      {...ANN, uid: -1},
      {...ANN, gid: 2 ** 32},
    ]) {
      const answer = admitted(aWish(), account)
      assert.ok('code' in answer)
      assert.equal(answer.code, 'E_SPEC_BAD')
    }
  })

  it('can always be read again, and a refusal is always in the catalogue (R16)', () => {
    const names = fc.oneof(fc.constant('ann'), anyText)
    fc.assert(
      fc.property(anyWish, names, fc.boolean(), (wish, name, images) => {
        const answer = admitted(wish, {...ANN, name}, {...POLICY, images})
        if ('code' in answer) {
          assert.ok(answer.code in CATALOGUE && answer.message !== '')
          return
        }
        const back = JSON.parse(JSON.stringify(answer))
        assert.equal(parseRecord(back.record).ok, true)
        assert.equal(parseSpec(back.spec).ok, true)
        assert.equal(answer.record.uid, ANN.uid)
      }),
      {numRuns: 10_000},
    )
  })

  it('is the same every time it is asked', () => {
    fc.assert(
      fc.property(anyWish, wish => {
        const before = JSON.stringify(wish)
        assert.deepEqual(admitted(wish), admitted(wish))
        assert.equal(JSON.stringify(wish), before)
      }),
    )
  })
})

const site = (...lines: readonly string[]) =>
  parseSections(
    lines.map(line => {
      const [key = '', value = ''] = line.split(' = ')
      return {key, value, origin: 'go-d.ini:1'}
    }),
  )

describe('a job of many users’ site', () => {
  const sections = site(
    'volume.scratch.path = /srv/scratch/$USER',
    'volume.scratch.acl = rw',
    'volume.scratch.users = ann',
    'project.lab.users = bob',
  )
  const code = (wish: Partial<Wish>, policy: Partial<AdmissionPolicy>): string => {
    const answer = admitted(aWish(wish), ANN, {...POLICY, ...policy})
    return 'record' in answer ? 'admitted' : `${answer.code}: ${answer.message}`
  }

  it('may ask for no more than the site allows one job', () => {
    refused('E_LIMIT', /asks for 3 cpus; the site allows 2/, {cpus: 3000}, {maxCpus: 2000})
    refused('E_LIMIT', /asks for 2G of memory; the site allows 1G/, {memory: 2 * GIB}, {maxMemory: GIB})
    settled({cpus: 2000, memory: GIB}, {maxCpus: 2000, maxMemory: GIB})
  })

  it('has the volumes that are granted to its user, and is refused the others', () => {
    assert.equal(code({volumes: ['scratch:ro']}, {sections}), 'admitted')
    assert.match(code({volumes: ['data']}, {sections}), /E_VOLUME_REFUSED: there is no volume 'data' for you/)
    assert.match(code({volumes: ['../etc']}, {sections}), /E_VOLUME_BAD/)
  })

  it('T30 may be root inside where its user may, and its record says so', () => {
    const root = {users: ['ann'], groups: [], never: null}
    assert.match(code({root: true}, {}), /E_ROOT_REFUSED: nobody may be root/)
    assert.match(code({root: true}, {root: {...root, users: ['bob']}}), /E_ROOT_REFUSED: ann may not be root/)
    const answer = admitted(aWish({root: true}), ANN, {...POLICY, root})
    assert.equal('record' in answer && answer.record.root, true)
    const other = admitted(aWish({root: false}), ANN, {...POLICY, root})
    assert.equal('record' in other && 'root' in other.record, false)
  })

  it('belongs to a project that its user is a member of, or to the default one', () => {
    assert.match(code({project: 'lab'}, {sections}), /E_PROJECT_REFUSED: there is no project 'lab' for you/)
    assert.equal(code({project: 'default'}, {sections}), 'admitted')
    const answer = admitted(aWish({project: 'lab'}), {...ANN, name: 'bob'}, {...POLICY, sections})
    assert.ok('record' in answer && answer.record.project === 'lab')
  })

  it('T17 tells others nothing of what it is where jobs are private', () => {
    const wish = aWish({name: 'secret', image: 'alpine:3', labels: {a: 'b'}})
    const answer = admitted(wish, ANN, {...POLICY, private: true})
    assert.ok('record' in answer)
    const {name, image, labels} = answer.record
    assert.deepEqual([name, image, labels], ['private', '', {}])
    assert.deepEqual(
      [answer.spec.wish.name, answer.spec.wish.image, answer.spec.wish.labels],
      ['secret', 'alpine:3', {a: 'b'}],
    )
  })
})
