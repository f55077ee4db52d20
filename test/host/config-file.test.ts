import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {parse} from 'ini'
import {GodError} from '../../src/core/errors.js'
import {parseAssignments, readConfigText} from '../../src/host/config-file.js'
import {temporaryFolder} from '../support/site.js'

const pairs = (text: string) => parseAssignments('f', text).map(({key, value}) => [key, value])

describe('the text of a configuration', () => {
  it('is assignments, each with its file and line', () => {
    const text = '; god\n\nexecutor = fake\n  # more\n[plugin.fake]\n\tnode_cpus = 8\r\nnode_memory=1\n'
    assert.deepEqual(parseAssignments('/etc/go-d.ini', text), [
      {key: 'executor', value: 'fake', origin: '/etc/go-d.ini:3'},
      {key: 'plugin.fake.node_cpus', value: '8', origin: '/etc/go-d.ini:6'},
      {key: 'plugin.fake.node_memory', value: '1', origin: '/etc/go-d.ini:7'},
    ])
  })

  it('is what its grammar makes of each line, also of those that it is not asked about', () => {
    const chars = (all: string, most: number) =>
      fc.array(fc.constantFrom(...all), {minLength: 1, maxLength: most}).map(list => list.join(''))
    const value = fc.oneof(
      chars('ab1_./:@,+- ', 8),
      chars('a1 =;#"\'\\[]', 8),
      fc.constantFrom('true', 'null', '-1', '010'),
    )
    const line = fc
      .tuple(chars('ab_1', 4), fc.constantFrom('=', ' = ', '= ', ' ='), value)
      .map(parts => parts.join('').trim())
      .filter(text => !/^_|\[|=\s*$/.test(text))
    fc.assert(
      fc.property(line, text => {
        const [[key, expected] = []] = Object.entries(parse(text))
        assert.deepEqual(pairs(text), [[key, String(expected)]])
      }),
      {numRuns: 3000},
    )
  })

  const rows: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
    ['nothing', '', []],
    ['comments only', ';a = b\n#c = d\n', []],
    ['a value with an equals sign', 'docker_url = tcp://h:1?a=b', [['docker_url', 'tcp://h:1?a=b']]],
    ['a remark behind a value', 'executor = fake ; for now', [['executor', 'fake']]],
    ['a quoted value', 'a = "x; y "', [['a', 'x; y ']]],
    ['an empty value', 'a =', [['a', '']]],
    ['a key alone', 'allow_user_images', [['allow_user_images', 'true']]],
    [
      'words that other formats would turn',
      'a = null\nb = 010\nc = true',
      [
        ['a', 'null'],
        ['b', '010'],
        ['c', 'true'],
      ],
    ],
    [
      'old line ends',
      'a = 1\rb = 2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'names of objects',
      'constructor = 1\nhasOwnProperty = 2',
      [
        ['constructor', '1'],
        ['hasOwnProperty', '2'],
      ],
    ],
  ]
  for (const [title, text, found] of rows) it(`may be ${title}`, () => assert.deepEqual(pairs(text), found))

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['a key that stands twice', 'a = 1\n\na = 1', /^f:3: 'a' stands twice \(first at f:1\)$/],
    ['a key that stands twice, once in quotes', 'a = 1\n"a" = 2', /^f:2: 'a' stands twice/],
    [
      'a section taken up again with the same key',
      '[s]\nk=1\n[t]\nk=1\n[s]\nk=2',
      /^f:6: 's\.k' stands twice/,
    ],
    ['a value without a key', '= 5', /^f:1: cannot be read$/],
    ['a key that the grammar would drop', 'x = 1\n__proto__ = 1', /^f:2: cannot be read$/],
    ['bytes that are no text', 'a = \0', /^f: is not a text file$/],
  ]
  for (const [title, text, message] of bad)
    it(`is refused with ${title}`, () =>
      assert.throws(() => parseAssignments('f', text), {code: 'E_CONFIG_BAD', message}))

  it('is read or refused with a code, whatever it is (R16)', () => {
    const line = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom(
        '[',
        ']',
        '[a]',
        '=',
        'a=b',
        'a[]=b',
        '"',
        ';',
        '\n',
        '\r',
        '__proto__',
        '[__proto__]',
        '\\',
      ),
    )
    fc.assert(
      fc.property(fc.array(line), lines => {
        try {
          for (const {key, value, origin} of parseAssignments('f', lines.join('\n')))
            assert.ok(typeof key === 'string' && typeof value === 'string' && /^f:\d+$/.test(origin))
        } catch (error) {
          assert.ok(error instanceof GodError && error.code === 'E_CONFIG_BAD', String(error))
        }
      }),
    )
  })
})

describe('the file of a configuration', () => {
  let folder = ''
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, {recursive: true}))

  const file = (text: string, mode = 0o644): string => {
    const path = join(folder, 'go-d.ini')
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }

  it('is read as it is', () => assert.equal(readConfigText(file('a = ü\n')), 'a = ü\n'))

  it('is told apart from none', () => {
    assert.equal(readConfigText(join(folder, 'absent')), null)
    assert.equal(readConfigText(join(file(''), 'below-a-file')), null)
  })

  for (const mode of [0o664, 0o646, 0o666]) {
    it(`of mode ${mode.toString(8)} is not obeyed, and how to close it is said`, () => {
      const path = file('a = b', mode)
      assert.throws(() => readConfigText(path), {
        code: 'E_CONFIG_BAD',
        message: `${path}: can be written by others`,
        hint: `Close it: chmod go-w ${path}`,
      })
    })
  }

  it('is a file: a folder is refused, and a FIFO holds nobody', () => {
    const [inner, fifo] = [join(folder, 'inner'), join(folder, 'fifo')]
    mkdirSync(inner)
    execFileSync('mkfifo', ['-m', '600', fifo])
    for (const path of [inner, fifo])
      assert.throws(() => readConfigText(path), {code: 'E_CONFIG_BAD', message: `${path}: is not a file`})
  })

  it('is of a size that somebody has written', () => {
    const path = file('#'.repeat(1024 * 1024 + 1))
    assert.throws(() => readConfigText(path), {code: 'E_CONFIG_BAD', message: /larger than/})
  })
})
