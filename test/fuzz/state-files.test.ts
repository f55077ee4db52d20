/** R16: the files of the shared directory, as any hand may have left them. */
import assert from 'node:assert/strict'
import {jobId, MAX_ID, token, uid} from '../../src/core/brand.js'
import {joinLedgers} from '../../src/core/fair-share/ledger.js'
import {NO_SHARES, standingsOf} from '../../src/core/fair-share/standings.js'
import {parseRecord, parseSpec} from '../../src/core/job.js'
import {parseRequest} from '../../src/core/request.js'
import {parseStrictJson} from '../../src/core/strict-json.js'
import {openDirectory} from '../../src/store/directory.js'
import {haltReason} from '../../src/store/halt.js'
import {decode, encode, sha256} from '../../src/store/jobs/record-codec.js'
import {
  layoutOf,
  parseBucketName,
  parseIdName,
  parseNumbered,
  parseRecordName,
  parseRequestName,
  parseUserName,
  recordName,
} from '../../src/store/layout.js'
import {readLiveUsageOf} from '../../src/store/live-usage.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {createManifestReader} from '../../src/store/packs/manifest.js'
import {readUsage} from '../../src/store/packs/usage-file.js'
import {readReasons} from '../../src/store/reasons.js'
import {createInbox} from '../../src/store/requests/inbox.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {createWorkFolder} from '../../src/store/work-folder.js'
import {aRecord, aRunning, aWish, CLUSTER, TOK} from '../core/builders.js'
import {fuzzed} from './fuzz.js'
import {bytesOf, oneFile} from './one-file.js'

const LAYOUT = layoutOf('/god')
const ANN = uid(1000)

/** Words of all these files. */
const JSON_WORDS = [
  ...['{', '}', '[', ']', ',', ':', '"', '""', 'null', 'true', '0', '1', '-1', '1e400', '"x"', ' '],
  ...['"v":1', '"v":2,', '"id":', '"rev":', '"state":', '"pending"', '"__proto__":{}', '"ids":[1]'],
]

/** With the sum of what it is now, so that the parser behind the sum is reached too. */
const sealed = (text: string): string => {
  const body = text.trimEnd()
  return body.endsWith('}') ? `${body.slice(0, -1)},"sum":"${sha256(body)}"}\n` : body
}

const jsonOf = (value: object): string => JSON.stringify(value)
const textOf = (value: object): string => Buffer.from(encode(value)).toString()

/** Read again as it is written. */
const readsBack = (parse: (value: unknown) => unknown) => (value: {ok: boolean; value?: object}) => {
  if (!value.ok || value.value === undefined) return
  assert.deepEqual(
    decode(encode(value.value), each => ({ok: true, value: parse(each)})),
    {
      ok: true,
      value,
    },
  )
}

const RECORDS = [aRecord(), aRunning({labels: {lab: 'x'}, reason: {code: 'exit', text: 'exit code 3'}})]
const SPEC = {v: 1, id: 42, tok: TOK, uid: 1000, wish: aWish({env: {A: '1'}, hold: true})}
const SUBMIT = {v: 1, op: 'submit', tok: TOK, cluster: CLUSTER, id: 42, wish: aWish({name: 'x'})}
const KILL = {v: 1, op: 'kill', tok: TOK, cluster: CLUSTER, ids: [42], signal: 'SIGINT', remark: 'x'}

describe('R16: records, specs and requests', () => {
  fuzzed({
    name: 'strict JSON',
    throws: 'nothing',
    parse: parseStrictJson,
    good: [jsonOf(SUBMIT), '[1,{"a":[]},"\\u0061"]'],
    words: JSON_WORDS,
    holds: (parsed, text) => {
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text))
    },
  })

  fuzzed({
    name: 'request',
    throws: 'nothing',
    parse: parseRequest,
    good: [jsonOf(SUBMIT), jsonOf(KILL)],
    words: JSON_WORDS,
    holds: parsed => {
      if (parsed.ok) assert.deepEqual(parseRequest(JSON.stringify(parsed.value)), parsed)
    },
  })

  fuzzed({
    name: 'bytes of a record',
    throws: 'nothing',
    parse: text => decode(bytesOf(text), parseRecord),
    good: RECORDS.map(textOf),
    words: JSON_WORDS,
    holds: readsBack(parseRecord),
  })

  fuzzed({
    name: 'record',
    throws: 'nothing',
    parse: text => decode(Buffer.from(sealed(text)), parseRecord),
    good: RECORDS.map(jsonOf),
    words: JSON_WORDS,
    holds: readsBack(parseRecord),
  })

  fuzzed({
    name: 'spec',
    throws: 'nothing',
    parse: text => decode(Buffer.from(sealed(text)), parseSpec),
    good: [jsonOf(SPEC)],
    words: JSON_WORDS,
    holds: readsBack(parseSpec),
  })

  const drop = oneFile(`${TOK}.req`)
  const inbox = createInbox(drop.fs, LAYOUT, CLUSTER)
  fuzzed({
    name: 'file in a drop folder',
    throws: 'nothing',
    parse: text => {
      drop.put(bytesOf(text))
      return inbox.open(ANN)?.read(token(TOK))
    },
    good: [jsonOf(SUBMIT), jsonOf(KILL)],
    words: JSON_WORDS,
  })
})

describe('R16: what is derived, and what is beside the jobs', () => {
  const file = (name: string, listed = [name]) => {
    const disk = oneFile(name, listed)
    return (text: string) => {
      disk.put(bytesOf(text))
      return disk
    }
  }

  const reasons = file('reasons.json')
  fuzzed({
    name: 'reasons',
    throws: 'nothing',
    parse: text => readReasons(reasons(text), LAYOUT),
    good: [
      '{"v":1,"at":1,"jobs":{"3":{"code":"resources","text":"x","numbers":{"cpus":1}}}}\n',
      '{"v":1,"at":1,"jobs":{},"groups":[{"reason":{"code":"never","text":"x"},"ids":[3,3]}],"behind":null}\n',
      '{"v":1,"at":1,"jobs":{},"groups":[],"behind":{"next":1,"jobs":9,"last":9,"order":[3,7]}}\n',
    ],
    words: [...JSON_WORDS, '"jobs":', '"3":', '"order":', '"ids":', '"last":'],
    holds: found => {
      for (const id of [1, 3, 7, 9, MAX_ID]) assert.equal(typeof (found.get(jobId(id))?.text ?? ''), 'string')
    },
  })

  const shares = file('usage.json')
  const COUNTED = {at: 5, coarse: true, used: {ann: 0.5, __proto: 1}}
  fuzzed({
    name: 'usage of packed jobs',
    throws: 'nothing',
    parse: text => readUsage(shares(text).fs, LAYOUT),
    good: [jsonOf({v: 1, halfLife: 5, segments: {'2026/01-31.1': COUNTED}})],
    words: [...JSON_WORDS, '"halfLife":', '"segments":', '"used":', '"2026/02-30.1":'],
    holds: found => {
      const {used} = joinLedgers(found?.segments.values() ?? [], 7, found?.halfLife ?? 1)
      for (const {ratio, factor} of standingsOf({shares: NO_SHARES, mode: 'tree'}, used).order)
        assert.ok(ratio >= 0 && factor >= 0 && factor <= 1)
    },
  })

  const usage = file('n1.usage.json')
  fuzzed({
    name: 'live usage',
    throws: 'nothing',
    parse: text => readLiveUsageOf(usage(text), LAYOUT, 'n1'),
    good: ['{"v":1,"jobs":{"3":{"attempt":1,"at":1,"cpuSeconds":0.5,"memory":null,"cpus":1}}}\n'],
    words: [...JSON_WORDS, '"jobs":', '"3":', '"memory":'],
    holds: found => assert.ok([...found.keys()].every(id => Number.isSafeInteger(id))),
  })

  const node = file('n1.7.json')
  const NODE = {v: 1, rev: 7, name: 'n1', capacity: {cpus: 1, memory: 1, gpus: 0}, labels: {a: 'b'}}
  fuzzed({
    name: 'node',
    throws: 'nothing',
    parse: text => {
      const nodes = createNodeStore(node(sealed(text)) as never, LAYOUT)
      return [nodes.all(), [...nodes.down()]]
    },
    good: [jsonOf(NODE), jsonOf({...NODE, down: {since: 1, why: 'silent'}})],
    words: [...JSON_WORDS, '"capacity":', '"down":', '"labels":'],
  })

  const manifest = file('MANIFEST.1')
  const MANIFEST = {v: 1, segments: [{name: '2026/05-31.1', ids: [[1, 3]]}], dropped: [[7, 7]]}
  fuzzed({
    name: 'manifest',
    parse: text => createManifestReader(manifest(sealed(text)).fs, LAYOUT).contains(jobId(3)),
    good: [jsonOf(MANIFEST), jsonOf({v: 1, segments: [], dropped: []})],
    words: [...JSON_WORDS, '"segments":', '"dropped":', '[1,3]', '[[', ']]'],
  })

  const format = file('FORMAT')
  fuzzed({
    name: 'FORMAT',
    parse: text => openDirectory(format(text).fs, LAYOUT),
    good: [`{"format":1,"cluster":"${CLUSTER}","mode":"single","fs":"local"}\n`],
    words: [...JSON_WORDS, '"format":', '"mode":', '"multi"', '"nfs"'],
  })

  const why = file(`.why.${TOK}`)
  fuzzed({
    name: 'reason of a refusal',
    throws: 'nothing',
    parse: text => refusedRequests(why(text).fs, LAYOUT, ANN).length,
    good: ['{"v":1,"id":15,"code":"E_DISK","message":"m","hint":"h","at":1}\n'],
    words: [...JSON_WORDS, '"code":', '"E_DISK"', '"E_toString"', '"message":'],
  })

  const halt = file('HALT')
  fuzzed({
    name: 'HALT',
    throws: 'nothing',
    parse: text => haltReason(halt(text).fs, LAYOUT),
    good: ['fsync of /god failed (EIO)\n'],
    holds: said => assert.ok(said !== null && said !== ''),
  })

  const exit = file('exit')
  const cause = file('cause')
  fuzzed({
    name: 'last words of the wrapper',
    throws: 'nothing',
    parse: text => [
      createWorkFolder(exit(text) as never, LAYOUT).exitFile(ANN, jobId(1), 1),
      createWorkFolder(cause(text) as never, LAYOUT).launchFault(ANN, jobId(1), 1),
    ],
    good: ['0\n', '137\n', '255', 'output\n', 'line-ends'],
    words: ['0', '1', '255', '256', '\n', ' ', '+', 'output', 'program', 'constructor'],
    holds: ([code]) => assert.ok(code === null || (Number(code) >= 0 && Number(code) <= 255)),
  })

  fuzzed({
    name: 'names of files',
    throws: 'nothing',
    parse: name => ({
      ...{id: parseIdName(name), record: parseRecordName(name), bucket: parseBucketName(name)},
      ...{request: parseRequestName(name), user: parseUserName(name), epoch: parseNumbered('epoch', name)},
    }),
    good: ['42', '42.7.json', `${TOK}.req`, 'u1000', 'epoch.12', '2147483647'],
    words: ['0', '1', '42', '.', 'json', '.json', 'req', 'u', 'epoch', '-', '/', '..', '2147483648'],
    holds: ({id, record, user, epoch}, name) => {
      if (id !== null) assert.equal(String(id), name)
      if (record !== null) assert.equal(recordName(record.id, record.rev), name)
      if (user !== null) assert.equal(`u${user}`, name)
      if (epoch !== null) assert.equal(`epoch.${epoch}`, name)
      assert.ok(id === null || Number.isSafeInteger(id))
    },
  })
})
