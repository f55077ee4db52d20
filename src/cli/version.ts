/** `god --version --verbose`: the line that bug reports want, and the plugins that are there. */

interface Installed {
  readonly name: string
  readonly version: string
  readonly type: string
}

export interface Installation {
  readonly userAgent: string
  readonly name: string
  getPluginsList(): readonly Installed[]
}

export const wantsPlugins = ([first = '', ...others]: readonly string[]): boolean =>
  ['-V', '--version'].includes(first) && others.includes('--verbose')

export const versionText = (installation: Installation): string => {
  const plugins = installation.getPluginsList().filter(({name}) => name !== installation.name)
  const lines = plugins.map(({name, version, type}) => `${name} ${version} (${type})`).sort()
  return [installation.userAgent, ...lines].map(line => `${line}\n`).join('')
}
