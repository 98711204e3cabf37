import { findSearchConflicts, type SearchChoice } from './search-settings.js'
import { PREFIX } from './unknown-settings.js'

interface Dependent extends SearchChoice {
  readonly masterKeyNext: string | undefined
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
}

/** What is wrong with settings that are right one by one. `isGiven` is told a name without the prefix. */
export function findConflicts(config: Dependent, isGiven: (name: string) => boolean): string[] {
  const problems: string[] = []
  if (config.databaseUrl !== undefined && !isGiven('MASTER_KEY')) {
    problems.push('FACECOMPARE_MASTER_KEY must be set with FACECOMPARE_DATABASE_URL: all replicas need the same.')
  }
  for (const [name, value, other] of [
    ['MASTER_KEY_NEXT', config.masterKeyNext, 'MASTER_KEY'],
    ['TLS_CERT', config.tlsCert, 'TLS_KEY'],
    ['TLS_KEY', config.tlsKey, 'TLS_CERT'],
  ] as const) {
    if (value !== undefined && !isGiven(other))
      problems.push(`${PREFIX}${name} is of no use without ${PREFIX}${other}.`)
  }
  return [...problems, ...findSearchConflicts(config)]
}
