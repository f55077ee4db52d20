/** Many ids in few words: `43-10042, 10050`, as every command takes them. Pure. */

const rangesOf = (ids: readonly number[]): readonly (readonly [number, number])[] => {
  const ranges: [number, number][] = []
  for (const id of ids) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] + 1 === id) last[1] = id
    else ranges.push([id, id])
  }
  return ranges
}

/** `ids` ascending. */
export const formatIds = (ids: readonly number[], between = ', '): string =>
  rangesOf(ids)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .join(between)
