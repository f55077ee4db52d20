/** `god nodes`: the nodes of the site, and what operators want of one. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {meantOf, nodeActJson, nodeActText, requestNodeAct} from '../src/cli/nodes/acts.js'
import {nodeColumns, nodesJson, sharedText, viewNodes, viewShared} from '../src/cli/nodes/nodes.js'
import {reachSite} from '../src/cli/reach-site.js'
import {prose} from '../src/cli/screen/prose.js'

export default class Nodes extends GodCommand {
  static override summary = 'List the nodes; drain or reserve one, or say that it is lost.'

  static override description =
    prose(`What each node has and how much of it is given to jobs, its labels, and whether it takes work: up, down (its
engine does not answer), drained, reserved, lost. For operators: drain lets nothing new start there; lost says that the node is
gone for good: what ran there ends as lost, or is tried again elsewhere (--retry), so be sure that nothing runs on there; reserve keeps it for some users
and groups (--users, --groups; else for nobody) from --from (else now) until --to: another job starts there only if its walltime ends before;
ready takes back a drain, a loss and all reservations. The scheduler applies it in its next pass.

Exit codes: 0 ok; 2 something is wrong with the words; 3 no such node, user or group; 4 not an operator; 75 the directory does not answer.`)

  static override usage = [
    'nodes [NODE]',
    'nodes drain NODE [--reason TEXT]',
    'nodes lost NODE [--reason TEXT]',
    'nodes ready NODE',
    'nodes reserve NODE [--from TIME] --to TIME [--users USER,...] [--groups GROUP,...]',
  ]

  static override examples = [
    '<%= config.bin %> nodes',
    '<%= config.bin %> nodes drain n1 --reason "new disk"',
    '<%= config.bin %> nodes reserve n1 --from 2027-01-31T08:00Z --to +9h --groups users',
  ]

  static override args = {
    act: Args.string({
      ignoreStdin: true,
      description: 'drain, lost, ready or reserve; or a node, to see it alone.',
    }),
    node: Args.string({ignoreStdin: true, description: 'The node that it is about.'}),
  }

  static override flags = {
    reason: Flags.string({summary: 'drain, lost: why, for all to see.', helpValue: 'TEXT'}),
    from: Flags.string({summary: 'reserve: from when (now, +2h, 2026-01-31T08:00Z).', helpValue: 'TIME'}),
    to: Flags.string({summary: 'reserve: until when.', helpValue: 'TIME'}),
    users: Flags.string({
      summary: 'reserve: whose jobs run there meanwhile.',
      helpValue: 'USER',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    groups: Flags.string({
      summary: 'reserve: whose members run there too (name or number).',
      helpValue: 'GROUP',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Nodes)
    const screen = this.screen(flags)
    const meant = meantOf(args)
    const site = await reachSite(flags, screen)
    if (meant.act !== null) {
      const {request, remarks} = requestNodeAct(site, meant.act, meant.node, flags)
      for (const remark of remarks) screen.note(remark)
      return screen.show(nodeActJson(request), () => nodeActText(request))
    }
    const nodes = viewNodes(site, meant.node)
    const shared = viewShared(site)
    screen.show(nodesJson(nodes, shared), () => screen.table(nodeColumns(screen.style), nodes))
    const told = sharedText(shared)
    if (told !== null) screen.note(told)
    if (nodes.length === 0) screen.note("no node is known yet: see 'god doctor'")
  }
}
