/** What others see of a private job; its spec has it all. Pure. */
import type {JobRecord, Wish} from '../job.js'

export const HIDDEN = {name: 'private', image: '', labels: {}}

/** For its owner: the record's, which may have been changed since; of a private job the spec's. */
export const ownName = ({name}: Pick<JobRecord, 'name'>, wish: Pick<Wish, 'name'>): string =>
  name === HIDDEN.name ? (wish.name ?? name) : name
