import { type Command, InvalidArgumentError } from 'commander'
import { readConfig } from '../config.js'
import type { UsageCount } from '../store/store.js'
import { placeOf, withStore } from './open-store.js'
import { printJson } from './report.js'

interface UsageOptions {
  readonly month?: string
  readonly appid?: string
  readonly csv?: boolean
  readonly json?: boolean
}

export function addUsageCommand(program: Command): void {
  program
    .command('usage')
    .description('Shows the answered calls of a month by app, day (UTC) and result code.')
    .option('--month <month>', 'the month, such as 2026-11 (default: this one)', parseMonth)
    .option('--appid <appid>', 'only those of this app')
    .option('--csv', 'print CSV')
    .option('--json', 'print JSON')
    .action(showUsage)
}

function parseMonth(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('Expected a month such as 2026-11.')
  return text
}

async function showUsage({ month, appid, csv, json }: UsageOptions): Promise<void> {
  const asked = month ?? new Date().toISOString().slice(0, 7)
  const wanted = { month: asked, ...(appid === undefined ? {} : { appid }) }
  const config = readConfig(process.env)
  const counts = await withStore(config, (store) => store.listUsage(wanted))
  if (json) printJson(counts)
  else process.stdout.write(csv ? renderCsv(counts) : renderTable(counts, asked, placeOf(config)))
}

/** appids are letters, digits, "_", "-" and ".": nothing needs quotes. */
function renderCsv(counts: readonly UsageCount[]): string {
  const lines = counts.map(({ appid, day, code, calls }) => `${appid},${day},${code},${calls}\n`)
  return `appid,day,code,calls\n${lines.join('')}`
}

function renderTable(counts: readonly UsageCount[], month: string, place: string): string {
  if (counts.length === 0) return `There were no calls in ${month}, says ${place}.\n`
  const row = (day: string, appid: string, code: string, calls: string) =>
    `${day.padEnd(10)}  ${appid.padEnd(12)}  ${code.padStart(6)}  ${calls.padStart(10)}\n`
  const lines = counts.map(({ appid, day, code, calls }) => row(day, appid, String(code), String(calls)))
  const sum = counts.reduce((total, { calls }) => total + calls, 0)
  return [row('day', 'appid', 'code', 'calls'), ...lines, row('all', '', '', String(sum))].join('')
}
