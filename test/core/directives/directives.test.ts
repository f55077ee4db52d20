import assert from 'node:assert/strict'
import type {DirectiveFlag} from '../../../src/core/directives/directive.js'
import {hasDirectives, readDirectives} from '../../../src/core/directives/directives.js'
import {GodError} from '../../../src/core/errors.js'
import {FLAGS} from './flags.js'

type Flags = Readonly<Record<string, string | true | readonly string[]>>

const script = (lines: readonly string[]): string => ['#!/bin/sh', ...lines, 'echo'].join('\n')

const read = (
  lines: readonly string[],
  flags: readonly DirectiveFlag[] = FLAGS,
  cpus: string | null = null,
) => readDirectives(script(lines), {flags, counted: ['fpga', 'seat']}, cpus)

/** The last word on each flag; of lists all. */
const flagsOf = (lines: readonly string[], flags?: readonly DirectiveFlag[], cpus?: string): Flags => {
  const found: Record<string, string | true | string[]> = {}
  for (const {flag, value} of read(lines, flags, cpus).given) {
    const before = found[flag]
    if (flag !== 'env' || value === true) found[flag] = value
    else found[flag] = [...(Array.isArray(before) ? before : []), value]
  }
  return found
}

const ignoredOf = (...lines: readonly string[]): readonly string[] =>
  read(lines).ignored.map(({option}) => option)

const GIB = 1024 ** 3

const later = (name: string): DirectiveFlag => ({name, takes: 'one'})

describe('#GOD', () => {
  it('takes the flags of submit, in all ways to write them', () => {
    assert.deepEqual(
      flagsOf(['#GOD --time=2h -c4 -m 1G', '#GOD -J "a b" --hold', '#GOD\t-E A=1 --env B=2']),
      {
        time: '2h',
        cpus: '4',
        mem: '1G',
        name: 'a b',
        hold: true,
        env: ['A=1', 'B=2'],
      },
    )
  })

  it('takes a flag that submit has tomorrow, and only the values that it has', () => {
    const mail: DirectiveFlag = {name: 'mail', takes: 'one', options: ['end', 'never']}
    assert.deepEqual(flagsOf(['#GOD --mail end'], [...FLAGS, mail]), {mail: 'end'})
    assert.throws(() => read(['#GOD --mail often'], [...FLAGS, mail]), /line 2 .*'often'/)
    assert.deepEqual(flagsOf(['#GOD --nice -5'], [...FLAGS, later('nice')]), {nice: '-5'})
  })

  it('wins over the directives of others, wherever it stands', () => {
    assert.equal(flagsOf(['#GOD -t 2h', '#SBATCH -t 1:00:00']).time, '2h')
  })

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown flag', '#GOD --tiem 2h', /there is no flag '--tiem'/],
    ['an unknown letter', '#GOD -z 2h', /there is no flag '-z'/],
    ['a flag of the call', '#GOD --wait', /--wait has no place in a script/],
    ['a word by itself', '#GOD -H true', /'true' is no flag/],
    ['a flag without its value', '#GOD -J', /--name needs a value/],
    ['a flag in the place of a value', '#GOD -J -H', /--name needs a value/],
    ['a value for none', '#GOD --hold=yes', /--hold takes no value/],
    ['an amount that is none', '#GOD -t soon', /'soon' is no time/],
    ['a range that is none', '#GOD -a 5-1', /5-1 ends before it begins/],
    ['a name that is none', '#GOD -J "a\u0007"', /name/],
    ['an open quote', '#GOD -J "a', /a quote is not closed/],
  ]
  for (const [what, line, message] of bad) {
    it(`refuses ${what}, with its line`, () => {
      assert.throws(
        () => read(['', line]),
        error => {
          assert.ok(error instanceof GodError && error.code === 'E_DIRECTIVE_BAD')
          assert.match(error.message, /^line 3 of the script: /)
          assert.match(error.message, message)
          return true
        },
      )
    })
  }

  it('is nothing after a command, in a remark of a remark, or as a part of a word', () => {
    for (const line of ['##GOD -t 1', '# GOD -t 1', '#GODS -t 1', '#God -t 1', 'x\n#GOD -t 1'])
      assert.ok(!hasDirectives(script([line])), line)
    assert.ok(hasDirectives(script(['#GOD -t 1'])))
  })
})

type Table = readonly (readonly [line: string, flags: Flags])[]

const means = (table: Table): void => {
  for (const [lines, flags] of table) {
    it(`${lines.replaceAll('\n', ' and ')} is ${JSON.stringify(flags)}`, () => {
      assert.deepEqual(flagsOf(lines.split('\n')), flags)
    })
  }
}

const refuses = (table: readonly (readonly [line: string, why: RegExp])[]): void => {
  for (const [line, why] of table) {
    it(`refuses ${line}`, () => {
      assert.throws(
        () => read([line]),
        error => error instanceof GodError && /^line 2 /.test(error.message) && why.test(error.message),
      )
    })
  }
}

describe('#SBATCH', () => {
  means([
    ['#SBATCH --job-name=train', {name: 'train'}],
    ['#SBATCH -J train', {name: 'train'}],
    ['#SBATCH --job-name train  # a remark', {name: 'train'}],
    ['#SBATCH -t 1-12:00:00', {time: '1-12:00:00'}],
    ['#SBATCH --time=30', {time: '30'}],
    ['#SBATCH --cpus-per-task=4', {cpus: '4'}],
    ['#SBATCH -n2 -c4', {cpus: '8'}],
    ['#SBATCH --nodes=1 --ntasks-per-node=3', {cpus: '3'}],
    ['#SBATCH --mem=4G', {mem: `${4 * GIB}B`}],
    ['#SBATCH --mem=512', {mem: `${GIB / 2}B`}],
    ['#SBATCH --mem-per-cpu=1G\n#SBATCH -c 4', {cpus: '4', mem: `${4 * GIB}B`}],
    ['#SBATCH --mem-per-cpu=1G\n#GOD -c 2', {cpus: '2', mem: `${2 * GIB}B`}],
    ['#SBATCH --array=0-9%4', {array: '0-9%4'}],
    ['#SBATCH -a 1,3,5-9:2', {array: '1,3,5-9:2'}],
    ['#SBATCH -o out/%x-%A_%a.log -e %j.err', {output: 'out/%x-%j_%a.log', error: '%j.err'}],
    ['#SBATCH -D /scratch', {workdir: '/scratch'}],
    ['#SBATCH --hold', {hold: true}],
    ['#SBATCH --export=ALL,A=1,B', {env: ['A=1', 'B']}],
    ['#SBATCH -t 10\n#SBATCH -t 20', {time: '20'}],
  ])

  it('ignores and tells what means nothing here', () => {
    assert.deepEqual(
      ignoredOf(
        '#SBATCH --mail-type=END --mail-user a@b',
        '#SBATCH --nodes=2',
        '#SBATCH --mem=0 -t UNLIMITED',
        '#SBATCH -o %N.log --exclusive',
        '#SBATCH -D sub --partition=long -d afterok:1',
        '#SBATCH --gres=gpu:2 --nice',
      ),
      [
        ...['--mail-type END', '--mail-user a@b', '--nodes 2', '--mem 0', '-t UNLIMITED'],
        ...['-o %N.log', '--exclusive', '-D sub', 'queue long', 'depend afterok:1', 'gpus 2', 'nice 100'],
      ],
    )
  })

  it('takes what submit learns: a queue, a dependency, gpus', () => {
    const flags = [...FLAGS, ...['queue', 'depend', 'gpus', 'nice', 'begin'].map(later)]
    assert.deepEqual(
      flagsOf(['#SBATCH -p long -d afterok:1:2 --gres=gpu:a100:2 --nice=5 -b now+1h'], flags),
      {
        queue: 'long',
        depend: 'afterok:1:2',
        gpus: '2',
        nice: '5',
        begin: 'now+1h',
      },
    )
  })

  it('gives memory to the cpus that were typed', () => {
    assert.equal(flagsOf(['#SBATCH -c 2 --mem-per-cpu=1G'], FLAGS, '8').mem, `${8 * GIB}B`)
    assert.equal(flagsOf(['#SBATCH -c 2 --mem-per-cpu=1G'], FLAGS, '0.5').mem, `${GIB / 2}B`)
  })

  refuses([
    ['#SBATCH --time=soon', /'soon' is no time/],
    ['#SBATCH --mem=lots', /'lots' is no amount of memory/],
    ['#SBATCH -c zero', /'zero' is no number/],
    ['#SBATCH --array=9-0', /9-0 ends before/],
    ['#SBATCH --nodes=few', /'few' is no number of nodes/],
    ['#SBATCH --job-name=', /--job-name needs a value/],
    ['#SBATCH word', /'word' is no option/],
    ['#SBATCH -J "a', /quote/],
  ])
})

describe('#$', () => {
  means([
    ['#$ -N train', {name: 'train'}],
    ['#$-N train', {name: 'train'}],
    ['#$ -pe smp 4', {cpus: '4'}],
    ['#$ -pe smp 4-8', {cpus: '4'}],
    ['#$ -l h_rt=3600', {time: '3600s'}],
    ['#$ -l h_rt=1:00:00,h_vmem=4G\n#$ -pe smp 2', {time: '1:00:00', cpus: '2', mem: `${8 * GIB}B`}],
    ['#$ -l h_vmem=1048576', {mem: '1048576B'}],
    ['#$ -t 1-9:2', {array: '1-9:2'}],
    ['#$ -t 1-9 -tc 3', {array: '1-9%3'}],
    [
      '#$ -o node:/logs/$JOB_NAME.$JOB_ID.$TASK_ID -j y',
      {
        output: '/logs/%x.%j.%a',
        error: '/logs/%x.%j.%a',
      },
    ],
    ['#$ -j yes', {error: 'god.log'}],
    ['#$ -j n', {}],
    ['#$ -wd /scratch -h', {workdir: '/scratch', hold: true}],
    ['#$ -v A=1,B=2', {env: ['A=1', 'B=2']}],
  ])

  it('ignores and tells what means nothing here', () => {
    assert.deepEqual(
      ignoredOf('#$ -cwd -V -S /bin/bash', '#$ -l tmp=1,h_rt=10 -o /logs/ -e $HOME/x -P lab'),
      [...['-cwd', '-V', '-S /bin/bash', '-l tmp=1', '-o /logs/', '-e $HOME/x', '-P lab']],
    )
  })

  it('is a mere remark where no option follows', () => {
    assert.ok(!hasDirectives(script(['#$HOME is yours', '#$ is a shell of mine', '#$ - no'])))
  })

  it('takes what submit learns: a queue, jobs to wait for', () => {
    const flags = [...FLAGS, later('queue'), later('depend')]
    assert.deepEqual(flagsOf(['#$ -q long -hold_jid 12,13'], flags), {
      queue: 'long',
      depend: 'afterany:12:13',
    })
  })

  refuses([
    ['#$ -pe smp', /-pe has a name and a number/],
    ['#$ -pe smp many', /'many' is no number/],
    ['#$ -l h_vmem=big', /'big' is no amount/],
    ['#$ -l h_rt', /'h_rt' needs a value/],
    ['#$ -l h_rt=soon', /'soon' is no time/],
    ['#$ -tc 4', /a limit of tasks, and no array/],
    ['#$ -N', /-N needs a value/],
  ])
})

describe('#PBS', () => {
  means([
    ['#PBS -N train', {name: 'train'}],
    ['#PBS -Ntrain', {name: 'train'}],
    ['#PBS -l nodes=1:ppn=4,walltime=1:00:00', {time: '1:00:00', cpus: '4'}],
    ['#PBS -l select=1:ncpus=4:mem=8gb', {mem: `${8 * GIB}B`, cpus: '4'}],
    ['#PBS -l select=ncpus=2:mpiprocs=2', {cpus: '2'}],
    ['#PBS -lwalltime=90', {time: '90s'}],
    ['#PBS -l mem=512mb', {mem: `${GIB / 2}B`}],
    ['#PBS -l ncpus=2,pmem=1gb', {cpus: '2', mem: `${2 * GIB}B`}],
    ['#PBS -J 0-9:3%2', {array: '0-9:3%2'}],
    ['#PBS -t 1-5', {array: '1-5'}],
    ['#PBS -o host:/logs/^array_index^.log -j oe', {output: '/logs/%a.log', error: '/logs/%a.log'}],
    ['#PBS -d /scratch', {workdir: '/scratch'}],
    ['#PBS -h -v A=1', {hold: true, env: ['A=1']}],
  ])

  it('ignores and tells what means nothing here', () => {
    assert.deepEqual(
      ignoredOf(
        '#PBS -m abe -M a@b',
        '#PBS -l select=2:ncpus=4,place=free',
        '#PBS -l nodes=a+b -V -j eo',
        '#PBS -W umask=7 -q long',
      ),
      [
        ...['-m abe', '-M a@b', '-l select=2:ncpus=4', '-l place=free', '-l nodes=a+b', '-V', '-j eo'],
        ...['-W umask=7', 'queue long'],
      ],
    )
  })

  refuses([
    ['#PBS -l mem=4xb', /'4xb' is no amount/],
    ['#PBS -l nodes=1:ppn=x', /'x' is no number/],
    ['#PBS -l walltime', /'walltime' needs a value/],
    ['#PBS -N', /-N needs a value/],
  ])
})

describe('several dialects in one script', () => {
  it('are taken together, the last word on each thing', () => {
    const lines = ['#SBATCH -J a -t 10', '#PBS -N b', '#$ -N c', '#$ -pe smp 2']
    assert.deepEqual(flagsOf(lines), {name: 'c', time: '10', cpus: '2'})
  })
})
