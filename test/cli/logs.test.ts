import assert from 'node:assert/strict'
import {appendFileSync, chmodSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {outputWriter} from '../../src/cli/logs.js'
import type {Screen} from '../../src/cli/screen/screen.js'
import {jobId} from '../../src/core/brand.js'
import {siteForAll, siteForEach, type TestSite} from '../support/site.js'

const log = (site: TestSite, id: number, name = 'god.log'): string =>
  join(site.layout.workOf(site.open().uid, jobId(id)), name)

const running = async (site: TestSite): Promise<void> => {
  await site.submit('FAKE_SECONDS=forever')
  await site.pass()
}

describe('god logs', () => {
  const held = siteForEach()

  it('prints the output byte for byte into a pipe', async () => {
    const {site} = held
    await running(site)
    writeFileSync(log(site, 1), Buffer.from('a\u001b[2J\r\nb', 'utf8'))
    assert.deepEqual(await site.god(['logs', '1']), {stdout: 'a\u001b[2J\r\nb', stderr: '', code: 0})
    writeFileSync(log(site, 1), Buffer.from([0xff, 0x00, 0xfe]))
    assert.equal((await site.shell('$GOD logs 1 | od -An -tx1')).stdout.trim(), 'ff 00 fe')
  })

  it('prints the error output', async () => {
    const {site} = held
    await running(site)
    writeFileSync(log(site, 1, 'god.err'), 'oops\n')
    assert.equal((await site.here(['logs', '1', '-e'])).stdout, 'oops\n')
  })

  it('prints one document', async () => {
    const {site} = held
    await running(site)
    writeFileSync(log(site, 1), 'a\nb\n')
    assert.deepEqual(await site.json(['logs', '1']), {schema: 1, id: 1, state: 'running', text: 'a\nb\n'})
  })

  it('works before the start, and says so aside', async () => {
    const {site} = held
    await site.submit()
    assert.deepEqual(await site.here(['logs', '1']), {
      stdout: '',
      stderr: 'job 1 is pending: no output yet\n',
      code: 0,
    })
    await site.here(['kill', '1'])
    await site.pass()
    assert.equal((await site.here(['logs', '1'])).stderr, 'job 1 is killed: no output\n')
  })

  it('follows until the job is over, and loses nothing at its end', async () => {
    const {site} = held
    await running(site)
    writeFileSync(log(site, 1), 'first\n')
    const following = site.start(['logs', '-f', '1'])
    await following.seen(/first\n/)
    appendFileSync(log(site, 1), 'second\n')
    await following.seen(/second\n/)
    appendFileSync(log(site, 1), 'last')
    await site.here(['kill', '1'])
    await site.pass()
    await site.pass()
    assert.deepEqual(await following.done, {stdout: 'first\nsecond\nlast', stderr: '', code: 0})
  })

  it('reads from its beginning a file that a new attempt wrote', async () => {
    const {site} = held
    await running(site)
    writeFileSync(log(site, 1), 'old old old\n')
    const following = site.start(['logs', '-f', '1'])
    await following.seen(/old\n/)
    rmSync(log(site, 1))
    writeFileSync(log(site, 1), 'new\n')
    await following.seen(/old\nnew\n/)
    await site.here(['kill', '1'])
    await site.pass()
    await site.pass()
    assert.equal((await following.done).stdout, 'old old old\nnew\n')
  })

  it('T05: reads nothing through a link that the job made', async () => {
    const {site} = held
    await running(site)
    writeFileSync(join(site.folder, 'secret'), 'secret')
    rmSync(log(site, 1))
    symlinkSync(join(site.folder, 'secret'), log(site, 1))
    const {stdout, stderr, code} = await site.here(['logs', '1'])
    assert.deepEqual([stdout, code], ['', 4])
    assert.match(stderr, /is not read: it is a link/)
  })

  it('finds output where it was put, and says where it cannot', async () => {
    const {site} = held
    chmodSync(site.work, 0o777)
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', '-o', 'out-%j-%x', '-J', 'n', 'x'])
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', '-o', '/mnt/go-docker/sub', 'x'])
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', '-o', '/data/x.log', 'x'])
    await site.pass()
    writeFileSync(log(site, 1, 'out-1-n'), 'one')
    writeFileSync(log(site, 2, 'sub'), 'two')
    assert.equal((await site.here(['logs', '1'])).stdout, 'one')
    assert.equal((await site.here(['logs', '2'])).stdout, 'two')
    const {stderr, code} = await site.here(['logs', '3'])
    assert.equal(code, 2)
    assert.match(stderr, /the output of job 3 is at \/data\/x\.log inside its container\. Read it where/)
  })

  it('is of one job', async () => {
    const {site} = held
    await site.submit()
    await site.submit()
    assert.equal((await site.here(['logs', '1-2'])).code, 2)
    assert.equal((await site.here(['logs', '1', '2'])).code, 2)
    assert.equal((await site.here(['logs'])).code, 2)
  })
})

describe('the tail of a log', () => {
  const held = siteForAll()
  before(() => running(held.site))

  const tail = async (text: string, lines: number): Promise<string> => {
    const {site} = held
    writeFileSync(log(site, 1), text)
    return (await site.here(['logs', '1', '--tail', String(lines)])).stdout
  }

  const rows: readonly (readonly [string, number, string])[] = [
    ['a\nb\nc\n', 0, ''],
    ['a\nb\nc\n', 1, 'c\n'],
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc\n', 9, 'a\nb\nc\n'],
    ['a\nb\nc', 1, 'c'],
    ['a\nb\nc', 2, 'b\nc'],
    ['\n\n\n', 2, '\n\n'],
    ['', 3, ''],
    ['no line', 1, 'no line'],
  ]
  for (const [text, lines, shown] of rows)
    it(`of ${JSON.stringify(text)}, ${lines} lines, is ${JSON.stringify(shown)}`, async () =>
      assert.equal(await tail(text, lines), shown))

  it('is found across the pieces that a long file is read in', async () => {
    const line = `${'x'.repeat(999)}\n`
    const text = line.repeat(300)
    assert.equal(await tail(text, 200), line.repeat(200))
    assert.equal(await tail(`${text}${'y'.repeat(70_000)}\nz`, 2), `${'y'.repeat(70_000)}\nz`)
  })

  it('is the last lines of any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', '\n')),
        fc.integer({min: 0, max: 5}),
        async (parts, n) => {
          const text = parts.join('')
          const lines = text.split(/(?<=\n)/)
          assert.equal(await tail(text, n), n === 0 ? '' : lines.slice(-n).join(''))
        },
      ),
      {numRuns: 30},
    )
  })
})

describe('output on a terminal', () => {
  const shown = async (...chunks: readonly Uint8Array[]): Promise<string> => {
    let text = ''
    const write = async (part: string): Promise<void> => {
      text += part
    }
    const screen = {json: false, terminal: {tty: true, colour: true}}
    const pages = {write, end: async () => undefined}
    const writer = outputWriter(screen as unknown as Screen, pages)
    for (const chunk of chunks) await writer.write(chunk)
    await writer.end()
    return text
  }

  it('is made harmless, and its colours end with it', async () => {
    assert.equal(await shown(Buffer.from('a\u001b[2Jb\n')), 'a\\x1b[2Jb\n')
    assert.equal(await shown(Buffer.from('\u001b[31mred')), '\u001b[31mred\u001b[0m')
  })

  it('is whole where a letter is cut between two reads', async () => {
    const bytes = Buffer.from('größe 訓練 🧪')
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 0, max: bytes.length}), async cut => {
        assert.equal(await shown(bytes.subarray(0, cut), bytes.subarray(cut)), 'größe 訓練 🧪')
      }),
    )
  })

  it('of bytes that are no text is shown as far as it is', async () => {
    assert.equal(await shown(Buffer.from([0x61, 0xff, 0x62])), 'a\ufffdb')
  })
})
