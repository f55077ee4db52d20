/** How a plugin is shown: who it is, where it comes from, what it contributes, what is wrong with it. */
import type {Offer, Plugin} from '../../plugin/offer.js'
import {duplicatesOf, type Provider} from '../../plugin/resolver.js'
import type {Column} from '../screen/table.js'

/** Of one provider: what stands against its use by a service, or null. */
const providerFault = ({distrust}: Provider, shadowedBy: Provider | undefined): string | null =>
  shadowedBy === undefined ? distrust : `${shadowedBy.plugin} (${shadowedBy.level}) comes first`

export interface ProviderView {
  readonly provider: Provider
  /** Null: it can serve. */
  readonly fault: string | null
}

export interface PluginView {
  readonly plugin: Plugin
  readonly providers: readonly ProviderView[]
}

export const viewPlugins = ({plugins, providers}: Offer): readonly PluginView[] => {
  const shadowed = new Map(duplicatesOf(providers).map(({used, shadowed}) => [shadowed, used]))
  return plugins.map(plugin => ({
    plugin,
    providers: plugin.providers.map(provider => ({
      provider,
      fault: plugin.fault ?? providerFault(provider, shadowed.get(provider)),
    })),
  }))
}

/** Each fault once, with the plugin that has it. */
export const faultsOf = (views: readonly PluginView[]): readonly string[] =>
  views.flatMap(({plugin, providers}) => {
    const own = plugin.fault === null ? [] : [`${plugin.name}: ${plugin.fault}`]
    if (own.length > 0) return own
    return providers.flatMap(({provider: {kind, id}, fault}) =>
      fault === null ? [] : [`${plugin.name}: its ${kind} '${id}' never serves: ${fault}`],
    )
  })

export const pluginJson = ({plugin, providers}: PluginView): object => ({
  name: plugin.name,
  version: plugin.version,
  level: plugin.level,
  linked: plugin.linked,
  folder: plugin.folder,
  fault: plugin.fault,
  providers: providers.map(({provider: {kind, id, summary}, fault}) => ({kind, id, summary, fault})),
})

export const contributions = ({providers}: PluginView): string =>
  providers.map(({provider: {kind, id}}) => `${kind} ${id}`).join(', ')

export const PLUGIN_COLUMNS: readonly Column<PluginView>[] = [
  {title: 'PLUGIN', value: ({plugin}) => plugin.name},
  {title: 'VERSION', value: ({plugin}) => plugin.version || '-'},
  {title: 'LEVEL', value: ({plugin}) => (plugin.linked ? `${plugin.level}, linked` : plugin.level)},
  {title: 'PROVIDES', value: view => (view.plugin.fault === null ? contributions(view) || '-' : 'DAMAGED')},
  {title: 'FOLDER', value: ({plugin}) => plugin.folder, shrink: true},
]
