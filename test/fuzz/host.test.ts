/** R16: what the host tells: processes, counters, accounts, and what the executors keep. */
import assert from 'node:assert/strict'
import {linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {groupsOfMember, parseId, parseIds, parsePasswd} from '../../plugins/auth-system/src/accounts.js'
import {readUsage} from '../../plugins/executor-docker/src/cgroup.js'
import {readScript} from '../../plugins/executor-fake/src/script.js'
import {readCounters, secondVersion} from '../../plugins/executor-process/src/cgroups.js'
import {isName} from '../../plugins/executor-process/src/container-files.js'
import {familyOf, parseMark, parseRow} from '../../plugins/executor-process/src/process-table.js'
import {parseStored} from '../../plugins/executor-process/src/stored-container.js'
import {fuzzed} from './fuzz.js'

const ROW =
  '7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 12 3 4 5 20 0 1 0 987654 1000 10 18446744073709551615 0 0'

const STORED = {
  ...{v: 1, name: 'god-5f0a1c9e-42-1', cluster: 'c', job: 42, attempt: 1, nonce: 'n', uid: 1000, gid: 1000},
  ...{groups: [100], cpus: 1000, memory: 1024, pids: 100, work: '/w', launch: 'exec true'},
}

const COUNTERS = 'usage_usec 1234567\nuser_usec 1\ninactive_file 4096\ntotal_inactive_file 1\noom_kill 2\n'

/** Not below zero, and a number; whether a record can hold it is the host's business. */
const isAmount = (value: number | null | undefined): boolean =>
  value === null || value === undefined || value >= 0

describe('R16: processes and accounts', () => {
  fuzzed({
    name: 'row of a process',
    throws: 'nothing',
    parse: text =>
      familyOf(
        7,
        [parseRow(7, text)].flatMap(row => row ?? []),
      ),
    good: [ROW, ROW.replace('S', 'Z')],
    words: ['(', ')', ' ', '7', '0', '-1', 'S', 'Z', '\n', '18446744073709551615'],
  })

  fuzzed({
    name: 'mark of a process',
    throws: 'nothing',
    parse: parseMark,
    good: ['123 456 01234567-89ab-cdef-0123-456789abcdef\n'],
    words: ['0', '1', ' ', '-', 'a', '\n', '9'.repeat(30)],
  })

  fuzzed({
    name: 'line of passwd',
    throws: 'nothing',
    parse: parsePasswd,
    good: ['ann:x:1000:100:Ann:/home/ann:/bin/sh', 'DOMAIN\\bob:x:4294967294:0::/:', 'c$:x:0:0::/root:'],
    words: [':', 'x', '0', '1000', '4294967295', '-1', '/home', 'ann', '\\', '\0', '$'],
    holds: entry => {
      if (entry === null) return
      const {name, uid, gid, home} = entry
      assert.deepEqual(parsePasswd(`${name}:x:${uid}:${gid}::${home}:`), entry)
      assert.ok(uid <= 0xffff_fffe && gid <= 0xffff_fffe && home.startsWith('/') && name.length <= 64)
    },
  })

  fuzzed({
    name: 'answer of id',
    throws: 'nothing',
    parse: parseIds,
    good: ['1000 4 27\n', '0', '4294967294 1'],
    words: ['0', '1000', ' ', '\n', '-1', '+1', '4294967295', '01'],
    holds: ids => assert.ok(ids === null || (ids.length > 0 && ids.every(id => parseId(String(id)) === id))),
  })

  fuzzed({
    name: 'group file',
    throws: 'nothing',
    parse: text => groupsOfMember(text, 'ann'),
    good: ['docker:x:998:ann,bob\nstaff:x:50:\n', 'a:x:1:ann'],
    words: [':', 'x', '998', 'ann', ',', '\n', '__proto__'],
    holds: ids => assert.ok(ids.every(id => parseId(String(id)) === id)),
  })
})

describe('R16: what executors keep, and the counters', () => {
  fuzzed({
    name: 'container of a process',
    throws: 'nothing',
    parse: parseStored,
    good: [JSON.stringify(STORED)],
    words: ['{', '}', '[', ']', ',', '"v":1', '"name":', '"../x"', '"groups":', 'null', '-1', '1.5'],
    holds: stored => assert.ok(stored === null || isName(stored.name)),
  })

  fuzzed({
    name: 'script of the fake engine',
    throws: 'nothing',
    parse: text =>
      readScript({FAKE_SECONDS: text, FAKE_EXIT: text, FAKE_CPU_SECONDS: text, FAKE_MEMORY: text}),
    good: ['5', 'forever', '0.5', '1e3'],
    words: ['0', '1', '.', 'e', '-', 'forever', 'Infinity', 'NaN'],
    holds: ({runs, exitCode, cpuSeconds, maxMemory}) => {
      assert.ok(isAmount(runs) && isAmount(cpuSeconds) && isAmount(maxMemory))
      assert.ok(exitCode >= 0 && exitCode < 256)
    },
  })

  /** All counters of a group are one file with many names. */
  let folder = ''
  let text = ''
  const names = [
    ...['cpuacct.usage', 'cpu.stat', 'memory.usage_in_bytes', 'memory.current', 'memory.stat', 'memory.peak'],
    ...['memory.max_usage_in_bytes', 'memory.events'],
  ]
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'god-fuzz-'))
    text = join(folder, 'text')
    writeFileSync(text, '')
    mkdirSync(join(folder, 'god', 'a'), {recursive: true})
    for (const name of names) linkSync(text, join(folder, 'god', 'a', name))
  })
  after(() => rmSync(folder, {recursive: true, force: true}))

  fuzzed({
    name: 'counters',
    throws: 'nothing',
    parse: said => {
      writeFileSync(text, said)
      const counters = readCounters(secondVersion(join(folder, 'god')), 'a', dirname(folder))
      return {usage: readUsage([{folder, controllers: []}], 'a'), counters}
    },
    good: ['1234567890\n', `7\n${COUNTERS}`, 'max\n', COUNTERS],
    words: ['0', '1', '-1', ' ', '\n', 'usage_usec ', 'oom_kill ', 'inactive_file ', 'max', '9'.repeat(400)],
    holds: ({usage, counters}) => {
      assert.ok(isAmount(usage?.cpuSeconds) && isAmount(usage?.maxMemory) && isAmount(usage?.memory))
      assert.ok(
        isAmount(counters?.cpuSeconds) && isAmount(counters?.maxMemory) && isAmount(counters?.memoryNow),
      )
    },
    slowness: 5,
  })
})
