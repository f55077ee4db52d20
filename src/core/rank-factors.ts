/** What the operator gives a queue and a project in the order of jobs, for a policy that heeds it. Pure. */
import type {PolicyWorld} from '@god-cli/api'
import type {Sections} from './settings/sections.js'

export type RankFactors = Pick<PolicyWorld, 'queueFactor' | 'projectFactor'>

export const NO_FACTORS: RankFactors = {queueFactor: () => 0, projectFactor: () => 0}

export const rankFactors = ({queues, projects}: Pick<Sections, 'queues' | 'projects'>): RankFactors => ({
  queueFactor: queue => queues.get(queue)?.priority ?? 0,
  projectFactor: project => projects.get(project)?.priority ?? 0,
})
