/** Plugin folders on the real file system: loading is an import, which no twin can do. */
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

export interface PluginFolders {
  readonly root: string
  /** Writes files, given by their paths below the root; objects as JSON. Returns the root. */
  write(files: Readonly<Record<string, string | object>>): string
  remove(): void
}

export const pluginFolders = (): PluginFolders => {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'god-plugin-'))
  return {
    root,
    write: files => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), {recursive: true})
        writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
      }
      return root
    },
    remove: () => rmSync(root, {recursive: true, force: true}),
  }
}
