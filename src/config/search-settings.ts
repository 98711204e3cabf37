import { define } from './setting.js'
import { Refusal } from './values.js'

/** Where enrolled faces are searched: in this process, or in the database. */
export const SEARCHES = ['memory', 'pgvector'] as const
export type SearchKind = (typeof SEARCHES)[number]

/** The settings of how enrolled faces are searched. */
export const SEARCH_SETTINGS = {
  search: define<SearchKind>({
    variable: 'FACECOMPARE_SEARCH',
    description:
      'Where enrolled faces are searched: `memory` of each process, or `pgvector`, the extension of the database, for more of them than fit (see docs/performance.md).',
    example: 'pgvector',
    fallback: 'memory',
    parse: parseSearch,
  }),
} as const

function parseSearch(text: string): SearchKind {
  const search = SEARCHES.find((known) => known === text.toLowerCase())
  if (!search) throw new Refusal(`one of ${SEARCHES.join(', ')}`)
  return search
}

export interface SearchChoice {
  readonly search: SearchKind
  readonly databaseUrl: string | undefined
  readonly encryptTemplates: boolean
}

/** What is wrong with these settings together, in sentences. */
export function findSearchConflicts({ search, databaseUrl, encryptTemplates }: SearchChoice): string[] {
  if (search !== 'pgvector') return []
  const problems: string[] = []
  if (databaseUrl === undefined) {
    problems.push('FACECOMPARE_SEARCH=pgvector needs a PostgreSQL database: set FACECOMPARE_DATABASE_URL.')
  }
  if (encryptTemplates) {
    problems.push(
      'FACECOMPARE_SEARCH=pgvector needs FACECOMPARE_ENCRYPT_TEMPLATES=0: the database cannot search encrypted templates.',
    )
  }
  return problems
}
