/** Which tasks of an array a selection like `12[3-9]` means, as places in its range. Pure. */

import {type Refusal, refusal} from '../errors.js'
import {EMPTY, type IntervalSet, interval, setOf, union} from './interval-set.js'
import {ordinalOf, type Stride, span, tryRange} from './range.js'
import {type ArrayRecord, setsOf} from './record.js'

/** Most tasks that a selection with steps may name: each is a span of its own in the record. */
const MOST_STEPPED = 10_000

const stridePlaces = (array: ArrayRecord, {first, last, step}: Stride): IntervalSet | null => {
  const {range} = setsOf(array)
  if (step === 1) {
    const found = span(range, first, last)
    return found === null ? EMPTY : interval(found[0], found[1])
  }
  if ((last - first) / step >= MOST_STEPPED) return null
  const places: number[] = []
  for (let task = first; task <= last; task += step) {
    const place = ordinalOf(range, task)
    if (place !== null) places.push(place)
  }
  return setOf(places)
}

/** The places of the tasks that a text like `3-9,12` names, or why it cannot be served. */
export const placesOf = (array: ArrayRecord, tasks: string): IntervalSet | Refusal => {
  const wanted = tryRange(tasks)
  if (typeof wanted === 'string')
    return refusal('E_SELECTOR_BAD', `'[${tasks}]' names no tasks: ${wanted}`, 'Write 12[7] or 12[3-9].')
  let places: IntervalSet = EMPTY
  for (const stride of wanted.strides) {
    const some = stridePlaces(array, stride)
    if (some === null)
      return refusal(
        'E_SELECTOR_BAD',
        `'[${tasks}]' names over ${MOST_STEPPED} tasks by steps`,
        'Name fewer at once.',
      )
    places = union(places, some)
  }
  return places
}

/** Why a job has none of the tasks that a text names; null: it has some of them. */
export const tasksFault = (
  {id, array}: {readonly id: number; readonly array?: ArrayRecord | undefined},
  tasks: string,
): Refusal | null => {
  if (array === undefined)
    return refusal('E_NO_JOB', `job ${id} is no array, it has no tasks`, `See 'god stat ${id}'.`)
  const places = placesOf(array, tasks)
  if ('code' in places) return places
  return places.length > 0
    ? null
    : refusal('E_NO_JOB', `job ${id} has no task ${tasks}`, `Its tasks: ${array.range}.`)
}
