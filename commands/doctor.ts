/** `god doctor`: what is wrong here, and what to do about it. */

import {GodCommand} from '../src/cli/base-command.js'
import {
  doctorExit,
  doctorHost,
  doctorJson,
  doctorText,
  hostFindings,
  placeFindings,
} from '../src/cli/doctor/doctor.js'
import {pluginFindings} from '../src/cli/plugins/findings.js'
import {prose} from '../src/cli/screen/prose.js'
import {runDoctor} from '../src/service/doctor.js'

export default class Doctor extends GodCommand {
  static override summary = 'Check directory, engine, accounts and clock; name remedies.'

  static override description =
    prose(`A warning is something that works, but not as well or as safely as it could.

Exit codes: 0 nothing that keeps jobs from running; 1 something does.`)

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json']

  async run(): Promise<void> {
    const {flags} = await this.parse(Doctor)
    const screen = this.screen(flags)
    const {host, finding} = doctorHost(flags)
    const findings = [
      finding,
      ...(host === null ? [] : await runDoctor(host)),
      ...placeFindings(host),
      ...hostFindings(),
      ...(await pluginFindings(host?.configuration ?? null)),
    ]
    screen.show(doctorJson(findings), () => doctorText(findings, screen.style))
    this.exitWith(doctorExit(findings))
  }
}
