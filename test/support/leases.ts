/** Leases of a test: one holder a name; a test may take one away, as another process would. */
import type {AcquireLease} from '../../src/store/lease.js'

interface Holder {
  lost: boolean
}

export class Leases {
  readonly #holders = new Map<string, Holder>()

  /** Null: somebody holds it. */
  readonly acquire: AcquireLease = async name => {
    if (this.#holders.has(name)) return null
    const holder: Holder = {lost: false}
    this.#holders.set(name, holder)
    return {
      lost: () => holder.lost,
      release: async () => {
        if (this.#holders.get(name) === holder) this.#holders.delete(name)
      },
    }
  }

  /** Another process takes it over. */
  steal(name: string): void {
    const holder = this.#holders.get(name)
    if (holder !== undefined) holder.lost = true
    this.#holders.set(name, {lost: false})
  }

  /** The other process lets it go. */
  free(name: string): void {
    this.#holders.delete(name)
  }

  held(): readonly string[] {
    return [...this.#holders.keys()].sort()
  }
}
