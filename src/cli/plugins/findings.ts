/** What `god doctor` has to say of plugins: nothing of good ones; what never serves, and what nobody reads. */
import type {Configuration} from '../../core/settings/settings.js'
import {faultsOfIdle, idleSections} from '../../plugin/named.js'
import {currentOffer} from '../offer.js'
import {faultsOf, viewPlugins} from './plugin-view.js'

interface PluginFinding {
  readonly check: 'plugins'
  readonly severity: 'warning'
  readonly text: string
  readonly remedy: string
}

const warning = (text: string, remedy: string): PluginFinding => ({
  check: 'plugins',
  severity: 'warning',
  text,
  remedy,
})

/** Warnings all: one that the configuration names is a fault of its own. */
export const pluginFindings = async (
  configuration: Configuration | null,
): Promise<readonly PluginFinding[]> => {
  const offer = currentOffer()
  const faults = [...offer.faults, ...faultsOf(viewPlugins(offer))]
  const idle = configuration === null ? [] : idleSections(offer.providers, configuration)
  const unused = configuration === null ? [] : await faultsOfIdle(offer.providers, configuration)
  return [
    ...faults.map(text => warning(text, "Install it again or uninstall it; 'god plugins' lists them.")),
    ...idle.map(id =>
      warning(`the section [plugin.${id}] is read by no plugin that is here`, 'Correct or remove it.'),
    ),
    ...unused.map(({message, hint}) => warning(message, hint || 'Correct or remove it; it is not in use.')),
  ]
}
