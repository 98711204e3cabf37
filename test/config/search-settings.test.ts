import { expect, it } from 'vitest'
import { findSearchConflicts, SEARCH_SETTINGS } from '../../src/config/search-settings.js'

const url = 'postgres://u@localhost/d'

it('faces are searched in memory unless pgvector is asked for', () => {
  const { fallback, parse } = SEARCH_SETTINGS.search
  expect(fallback()).toBe('memory')
  expect(parse('PGVECTOR')).toBe('pgvector')
  expect(() => parse('faiss')).toThrow('one of memory, pgvector')
})

it('pgvector is refused without its database, and beside encrypted templates', () => {
  expect(findSearchConflicts({ search: 'pgvector', databaseUrl: url, encryptTemplates: false })).toEqual([])
  expect(findSearchConflicts({ search: 'memory', databaseUrl: undefined, encryptTemplates: true })).toEqual([])
  expect(findSearchConflicts({ search: 'pgvector', databaseUrl: undefined, encryptTemplates: true })).toEqual([
    'FACECOMPARE_SEARCH=pgvector needs a PostgreSQL database: set FACECOMPARE_DATABASE_URL.',
    'FACECOMPARE_SEARCH=pgvector needs FACECOMPARE_ENCRYPT_TEMPLATES=0: the database cannot search encrypted templates.',
  ])
})
