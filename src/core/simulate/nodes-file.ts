/**
 * The machines of a replay: a JSON object a line, `{"name":"n1","cpus":64,"mem":"256G","gpus":2,"labels":{"zone":"a"},"resources":{"fpga":1}}`,
 * with amounts as on the command line; or the one machine of a trace. Pure.
 */
import type {NodeReport} from '@god-cli/api'
import * as v from 'valibot'
import {parseCpus, parseMemory} from '../amounts.js'
import {countedSchema, inOrder} from '../counted.js'
import {type Parsed, parseWith} from '../parse-with.js'
import {type Space, spaceOf} from '../scheduling/vector.js'
import {parseStrictJson} from '../strict-json.js'

const amountOf = (parse: (text: string) => number | null, how: string) =>
  v.pipe(
    v.union([v.number(), v.string()], how),
    v.transform(value => parse(String(value))),
    v.number(how),
  )

const nodeSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  cpus: amountOf(parseCpus, 'a number of cpus is expected, as 64 or 0.5'),
  mem: v.exactOptional(amountOf(parseMemory, 'an amount of memory is expected, as "256G" or MiB')),
  gpus: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1024))),
  labels: v.exactOptional(v.record(v.string(), v.string())),
  resources: v.exactOptional(countedSchema),
})

/** A node that says nothing of its memory has enough of it. */
const MOST = Number.MAX_SAFE_INTEGER

export const parseNodeLine = (line: string): Parsed<NodeReport> => {
  const json = parseStrictJson(line)
  if (!json.ok) return json
  const parsed = parseWith(nodeSchema, json.value)
  if (!parsed.ok) return parsed
  const {name, cpus, mem, gpus, labels, resources} = parsed.value
  const counted = resources === undefined ? {} : {counted: inOrder(resources)}
  return {
    ok: true,
    value: {name, capacity: {cpus, memory: mem ?? MOST, gpus: gpus ?? 0, ...counted}, labels: labels ?? {}},
  }
}

/** What is counted on any of them. */
export const spaceOfNodes = (nodes: readonly NodeReport[]): Space =>
  spaceOf(
    [...new Set(nodes.flatMap(({capacity: {counted = {}}}) => Object.keys(counted)))].map(
      name => ({name, scope: 'node', amount: 0}) as const,
    ),
  )

/** Of a trace that knows processors only. */
export const virtualNode = (processors: number): NodeReport => ({
  name: 'trace',
  capacity: {cpus: processors * 1000, memory: MOST, gpus: 0},
  labels: {},
})
