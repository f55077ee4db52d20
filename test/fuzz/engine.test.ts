/** R16: what an engine may answer, and what is said of images. */
import assert from 'node:assert/strict'
import * as v from 'valibot'
import {
  createdSchema,
  eventSchema,
  factsSchema,
  imageSchema,
  inspectedSchema,
  parsed,
  rowsSchema,
  versionSchema,
} from '../../plugins/executor-docker/src/answers.js'
import {parseHierarchies, sliceOf} from '../../plugins/executor-docker/src/cgroup.js'
import {parseAddress, pickVersion} from '../../plugins/executor-docker/src/engine.js'
import {ownerIn} from '../../plugins/executor-docker/src/events.js'
import {isRuncMended} from '../../plugins/executor-docker/src/health.js'
import {parseImage} from '../../plugins/executor-docker/src/image-reference.js'
import {viewOf} from '../../plugins/executor-docker/src/inspect.js'
import {ownerOf} from '../../plugins/executor-docker/src/labels.js'
import {isPlainName} from '../../plugins/executor-docker/src/names.js'
import {faultOfLine} from '../../plugins/executor-docker/src/pull.js'
import {pullSentence} from '../../plugins/executor-docker/src/pull-words.js'
import {EngineRefusal, translate} from '../../plugins/executor-docker/src/refusal.js'
import {checkImageName} from '../../src/core/image-name.js'
import {CLUSTER, NONCE} from '../core/builders.js'
import {fuzzed} from './fuzz.js'

/** As the client has it: what is no JSON never comes here. */
const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const LABELS = {
  ...{'god.cluster': CLUSTER, 'god.job': '42', 'god.attempt': '1', 'god.nonce': NONCE},
}

const INSPECTED = {
  ...{Id: 'c1', Name: '/god-5f0a1c9e-42-1', Config: {Labels: LABELS}},
  State: {
    ...{Status: 'exited', ExitCode: 137, OOMKilled: true, Error: ''},
    ...{StartedAt: '2026-01-01T00:00:00.5Z', FinishedAt: '0001-01-01T00:00:00Z'},
  },
}

const ROW = {Id: 'c1', Names: ['/x'], State: 'running', Labels: LABELS}
const VERSION = {
  ApiVersion: '1.45',
  MinAPIVersion: '1.24',
  Version: '26',
  Components: [{Name: 'runc', Version: '1.2.8'}],
}
const INFO = {
  ID: 'x',
  Name: 'n',
  DockerRootDir: '/d',
  NCPU: 2,
  MemTotal: 1024,
  CgroupDriver: 'systemd',
  SecurityOptions: ['name=seccomp'],
}

const WORDS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '""',
    'null',
    'true',
    '0',
    '-1',
    '1e400',
    '1.5',
    '"x"',
    '"Id":',
    '"State":',
  ],
  ...['"Status":', '"constructor"', '"removing"', '"ExitCode":', '"__proto__":{}', '"god.job":', '"Labels":'],
]

const STATUSES = ['created', 'running', 'paused', 'exited']

describe('R16: answers of an engine', () => {
  const answers: readonly (readonly [string, v.GenericSchema, object])[] = [
    ['version', versionSchema, VERSION],
    ['info', factsSchema, INFO],
    ['listing', rowsSchema, [ROW]],
    ['image', imageSchema, {Id: 'sha256:1', Config: {Volumes: {'/data': {}}}}],
    ['event', eventSchema, {Actor: {Attributes: LABELS}}],
    ['creation', createdSchema, {id: 'c1'}],
  ]
  for (const [name, schema, good] of answers) {
    fuzzed({
      name: `answer to ${name}`,
      throws: 'plain',
      parse: text => parsed(name, schema, json(text)),
      good: [JSON.stringify(good)],
      words: WORDS,
    })
  }

  fuzzed({
    name: 'container',
    throws: 'plain',
    parse: text => viewOf(parsed('inspect', inspectedSchema, json(text)), CLUSTER),
    good: ['exited', 'removing', 'constructor'].map(Status =>
      JSON.stringify({...INSPECTED, State: {...INSPECTED.State, Status}}),
    ),
    words: WORDS,
    holds: view => {
      if (view === null) return
      assert.ok(STATUSES.includes(view.status), String(view.status))
      assert.ok(view.exitCode === null || (view.exitCode >= 0 && view.exitCode <= 255))
      assert.equal(view.exitCode === null, view.status !== 'exited')
      assert.ok((view.finishedAt ?? Infinity) >= (view.startedAt ?? -Infinity))
      assert.ok(Number.isSafeInteger(view.job) && Number.isSafeInteger(view.attempt))
    },
  })

  fuzzed({
    name: 'labels',
    throws: 'nothing',
    parse: text => {
      const labels = v.safeParse(v.record(v.string(), v.string()), json(text), {abortEarly: true})
      return labels.success ? ownerOf(labels.output, CLUSTER) : null
    },
    good: [JSON.stringify(LABELS)],
    words: WORDS,
  })

  fuzzed({
    name: 'line of events',
    throws: 'nothing',
    parse: text => ownerIn(text, CLUSTER),
    good: [JSON.stringify({Actor: {Attributes: LABELS}})],
    words: WORDS,
    holds: owner => assert.ok(owner === null || Number.isSafeInteger(owner.job)),
  })

  fuzzed({
    name: 'line of a pull',
    throws: 'nothing',
    parse: faultOfLine,
    good: [
      '{"status":"Pulling"}',
      '{"errorDetail":{"message":"denied"},"error":"denied"}',
      '{"error":{"toString":1}}',
    ],
    words: [...WORDS, '"error":', '"errorDetail":', '"message":'],
    holds: said => assert.ok(said === null || typeof said === 'string'),
  })

  fuzzed({
    name: 'words of a registry',
    throws: 'nothing',
    parse: text => pullSentence('busybox', text),
    good: ['pull access denied for x', 'manifest for x:y not found', 'net/http: TLS handshake timeout'],
    words: ['manifest ', 'denied', 'not found', ' ', '\n', 'IMAGE', 'x509', 'EOF', 'toomanyrequests'],
    holds: said => assert.ok(said.length < 1000, `${said.length}`),
  })

  fuzzed({
    name: 'refusal of an engine',
    throws: 'nothing',
    parse: text => {
      const error = Object.assign(new Error(text), {statusCode: 404, json: json(text)})
      const known = translate(error)
      assert.ok(known instanceof EngineRefusal || known instanceof Error)
      return known instanceof EngineRefusal ? known.words : null
    },
    good: ['(HTTP code 404) no such container - No such container: x ', '{"message":"No such image"}'],
    words: ['(HTTP code 404) ', ' - ', 'client version 1.1 is too old', '{', '}', '"message":', '"x"'],
  })

  fuzzed({
    name: 'mounts of control groups',
    throws: 'nothing',
    parse: parseHierarchies,
    good: [
      'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
    ],
    words: ['cgroup', 'cgroup2', ' ', '\n', '/sys', 'rw,', 'memory', '\\040'],
  })

  fuzzed({
    name: 'version of an engine',
    throws: 'plain',
    parse: text => [pickVersion({ApiVersion: text, MinAPIVersion: text, Version: text}), isRuncMended(text)],
    good: ['1.41', '1.45', '2.0', 'v1.2.8-rc1'],
    words: ['1', '2', '.', '41', '40', '-', 'v', 'NaN', ''],
  })

  fuzzed({
    name: 'address of an engine',
    throws: 'plain',
    parse: parseAddress,
    good: ['unix:///var/run/docker.sock', 'tcp://host:2375', 'tcp://[::1]:2375/'],
    words: ['unix://', 'tcp://', '/', ':', '[', ']', '0', '65535', '65536', 'a', '.'],
  })
})

describe('R16: names of images and containers', () => {
  fuzzed({
    name: 'image name',
    throws: 'nothing',
    parse: checkImageName,
    good: ['busybox:local', 'localhost:5000/a/b__c:1.0', `a.b/c@sha256:${'a'.repeat(64)}`, '[::1]:5000/x'],
    words: ['a', 'A', '.', '_', '__', '-', '/', ':', '@', 'sha256:', 'f'.repeat(64), '5000', '[', ']'],
    holds: (no, text) =>
      assert.ok(no !== null || parseImage(text) !== null, 'taken, and no executor knows it'),
  })

  fuzzed({
    name: 'image reference',
    throws: 'nothing',
    parse: parseImage,
    good: [
      'busybox',
      'localhost:5000/a/b__c:1.0',
      `a.b/c:1@sha256:${'a'.repeat(64)}`,
      `sha256:${'0'.repeat(64)}`,
    ],
    words: [
      'a',
      'A',
      '.',
      '_',
      '__',
      '-',
      '/',
      ':',
      '@',
      'sha256:',
      'f'.repeat(64),
      '5000',
      '[',
      ']',
      '?',
      '&',
    ],
    holds: reference => {
      if (reference === null) return
      assert.equal(parseImage(reference.text)?.text, reference.text)
      assert.doesNotMatch(reference.text, /[?&#%\s\\]|\.\.\//)
    },
  })

  fuzzed({
    name: 'container name',
    throws: 'nothing',
    parse: text => isPlainName(text),
    good: ['god-5f0a1c9e-42-1', 'a_b.c'],
    words: ['a', '-', '.', '/', '_', '\n', '..'],
    holds: (taken, text) => assert.ok(!taken || !/[/\s]|^\./.test(sliceOf(text))),
  })
})
