/** R16: the head of a script. */
import assert from 'node:assert/strict'
import {readDirectives} from '../../src/core/directives/directives.js'
import {FLAGS} from '../core/directives/flags.js'
import {fuzzed} from './fuzz.js'

const script = (...lines: readonly string[]): string => ['#!/bin/sh', ...lines, 'echo'].join('\n')

const WORDS = [
  ...['\n', '#', ' ', '=', ',', ':', '%', '-', '--', '"', "'", '\\', '$', '0', '1', '9', 'G'],
  ...['\n#GOD ', '\n#SBATCH ', '\n#$ -', '\n#PBS -', '-l ', '-t ', '-pe smp ', '--mem=', '--mem-per-cpu=1G'],
  ...[
    '--array=',
    'select=',
    'nodes=',
    'ppn=',
    'h_vmem=',
    'walltime=',
    '--export=',
    '-j y',
    '-tc ',
    '%A',
    '$JOB_ID',
  ],
  ...['__proto__', 'constructor=1', '--constructor', '--__proto__=1'],
]

describe('R16: directives of a script', () => {
  fuzzed({
    name: 'directives',
    parse: text => readDirectives(text, {flags: FLAGS, counted: ['fpga']}, null),
    good: [
      script('#GOD -t 2h -c 4 --mem=1G -J "a b" -E A=1 --hold'),
      script('#SBATCH --array=0-9%4 -o %x-%A_%a.log --mem-per-cpu=1G -n2 -c2', '#SBATCH --export=ALL,A=1'),
      script('#$ -pe smp 4 -l h_rt=1:00:00,h_vmem=4G -t 1-9:2 -tc 2', '#$ -o /logs/$JOB_ID -j y'),
      script('#PBS -l select=1:ncpus=4:mem=8gb,walltime=90 -J 0-9:3', '#PBS -l nodes=1:ppn=2 -v A=1,B'),
    ],
    words: WORDS,
    // What was taken stands on a line of the script, and is of a flag that there is.
    holds: ({given, ignored}, text) => {
      const lines = text.split('\n').length
      for (const {line} of [...given, ...ignored]) assert.ok(line >= 1 && line <= lines, String(line))
      for (const {flag} of given)
        assert.ok(
          FLAGS.some(({name}) => name === flag),
          flag,
        )
    },
    slowness: 2,
  })
})
