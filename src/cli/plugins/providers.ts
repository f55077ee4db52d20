/** `god plugins providers`: each provider, who brings it, whether the configuration here names it. */
import type {ProviderKind} from '@god-cli/api'
import {GodError} from '../../core/errors.js'
import type {Configuration} from '../../core/settings/settings.js'
import {readConfiguration} from '../../host/config.js'
import {locate} from '../../host/shared-dir.js'
import {type Provider, SETTING_OF} from '../../plugin/resolver.js'
import {currentOffer} from '../offer.js'
import type {Column} from '../screen/table.js'
import {faultsOf, type ProviderView, viewPlugins} from './plugin-view.js'

export interface ProviderRow extends ProviderView {
  /** By the configuration in force here. */
  readonly used: boolean
}

/** The listing works where there is no directory, and where its configuration is wrong. */
const configurationHere = (dir: string | undefined): Configuration | null => {
  try {
    return readConfiguration(locate(dir))
  } catch (error) {
    if (error instanceof GodError) return null
    throw error
  }
}

const names = (configuration: Configuration | null, kind: ProviderKind, id: string): boolean =>
  configuration !== null && configuration.settings[SETTING_OF[kind]] === id

export interface ProvidersView {
  readonly rows: readonly ProviderRow[]
  readonly faults: readonly string[]
}

export const viewProviders = (dir: string | undefined): ProvidersView => {
  const offer = currentOffer()
  const configuration = configurationHere(dir)
  const views = viewPlugins(offer)
  const first = (provider: Provider): boolean =>
    offer.providers.find(({kind, id}) => kind === provider.kind && id === provider.id) === provider
  const rows = views.flatMap(({providers}) =>
    providers.map(view => {
      const {kind, id} = view.provider
      return {...view, used: first(view.provider) && names(configuration, kind, id)}
    }),
  )
  return {rows, faults: [...offer.faults, ...faultsOf(views)]}
}

export const providersJson = ({rows, faults}: ProvidersView): object => ({
  schema: 1,
  providers: rows.map(({provider: {kind, id, summary, plugin, version, api, level}, used, fault}) => ({
    kind,
    id,
    summary,
    plugin,
    version,
    api,
    level,
    used,
    fault,
  })),
  faults,
})

export const PROVIDER_COLUMNS: readonly Column<ProviderRow>[] = [
  {title: 'KIND', value: ({provider}) => provider.kind},
  {title: 'ID', value: ({provider}) => provider.id},
  {title: 'USED', value: ({used, fault}) => (fault !== null ? 'never' : used ? 'here' : '-')},
  {title: 'LEVEL', value: ({provider}) => provider.level},
  {title: 'PLUGIN', value: ({provider}) => `${provider.plugin} ${provider.version}`},
  {title: 'API', value: ({provider}) => String(provider.api), align: 'right'},
  {title: 'SUMMARY', value: ({provider}) => provider.summary, shrink: true},
]
