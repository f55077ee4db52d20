/** For the laws: sites that count, besides, fpgas on each node and seats of the whole site. */
import type {NodeReport, Resources} from '@god-cli/api'
import fc from 'fast-check'
import {type Space, spaceOf} from '../../../src/core/scheduling/vector.js'

export const OF_NODE = ['cpus', 'memory', 'gpus', 'fpga'] as const
export const ALL_KINDS = [...OF_NODE, 'seat'] as const
export type AnyKind = (typeof ALL_KINDS)[number]

export const spaceWith = (seats: number): Space =>
  spaceOf([
    {name: 'seat', scope: 'site', amount: seats},
    {name: 'fpga', scope: 'node', amount: 0},
  ])

export const seatsOf = ({shared}: Space): number => shared.at(-1) ?? 0

export const amountOf = (resources: Resources, kind: AnyKind): number =>
  kind === 'fpga' || kind === 'seat' ? (resources.counted?.[kind] ?? 0) : resources[kind]

/** As it stands in records: only what is not zero. */
export const withCounted = (resources: Resources, counted: Readonly<Record<string, number>>): Resources => {
  const some = Object.entries(counted).filter(([, amount]) => amount > 0)
  return some.length === 0 ? resources : {...resources, counted: Object.fromEntries(some)}
}

/** Often none of it. */
export const counting = (resources: fc.Arbitrary<Resources>): fc.Arbitrary<Resources> =>
  fc
    .tuple(resources, fc.constantFrom(0, 0, 0, 0, 0, 1, 2), fc.constantFrom(0, 0, 0, 1, 1, 2))
    .map(([basic, fpga, seat]) => withCounted(basic, {fpga, seat}))

/** Of a node: no seats, which are of none. */
export const countingNode = (resources: fc.Arbitrary<Resources>): fc.Arbitrary<Resources> =>
  fc.tuple(resources, fc.constantFrom(0, 0, 1, 3)).map(([basic, fpga]) => withCounted(basic, {fpga}))

export const anySeats: fc.Arbitrary<Space> = fc.constantFrom(0, 1, 2, 2, 3, 4).map(spaceWith)

/** All that one job could have there. */
export const roomOn = ({capacity}: NodeReport, space: Space): Record<AnyKind, number> => ({
  cpus: capacity.cpus,
  memory: capacity.memory,
  gpus: capacity.gpus,
  fpga: amountOf(capacity, 'fpga'),
  seat: seatsOf(space),
})
