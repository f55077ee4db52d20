/** What the checks of fsck look at: one shared directory, as it is on the disk, with nothing opened by its own rules. */
import type {JobId} from '../../core/brand.js'
import type {FileSystem} from '../disk/file-system.js'
import type {Layout} from '../layout.js'

export interface Place {
  readonly fs: FileSystem
  readonly layout: Layout
  /** Whom the state belongs to: the owner of FORMAT. */
  readonly owner: number
  readonly mode: 'single' | 'multi'
  /** Null: FORMAT cannot be read, nor its copy. */
  readonly cluster: string | null
  readonly now: () => number
  /** Of which boot an index must be to be believed; absent: none is. */
  readonly boot?: string | undefined
  /** By the newest manifest at the time of the call; null: it is damaged, so nothing is known to be unpacked. */
  readonly packed: () => ((id: JobId) => boolean) | null
}
