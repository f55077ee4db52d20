/**
 * What the verbs share: the host's services, the engine, and what guards it from too much at once. Types only.
 */
import type {HostServices} from '@god-cli/api'
import type {Engine} from './engine.js'
import type {Groups} from './groups.js'
import type {Images} from './image.js'
import type {Slots} from './slots.js'

export interface Site {
  readonly host: HostServices
  readonly engine: Engine
  readonly images: Images
  /** The control groups of this host. */
  readonly groups: () => Groups
  /** The engine's cgroup driver. */
  readonly driver: () => Promise<string>
  /** Creates and starts in flight. */
  readonly slots: Slots
  /** Names of attempts whose removal has not come to its end, and when to try again. Kept in memory only. */
  readonly unfinished: Map<string, number>
}
