import { randomUUID } from 'node:crypto'
import pg from 'pg'

export interface TestSchema {
  /** Of an empty schema. */
  readonly url: string
  readonly drop: () => Promise<void>
}

/**
 * A schema of its own on the server that TEST_DATABASE_URL names; undefined where it names none. With `extension` the schema sees it, and
 * there is none where the server does not have it.
 */
export async function openTestSchema(extension?: 'vector'): Promise<TestSchema | undefined> {
  const given = process.env.TEST_DATABASE_URL ?? ''
  if (given === '') return undefined
  const schema = `facecompare_${randomUUID().replaceAll('-', '')}`
  if (extension && !(await hasExtension(given, extension))) return undefined
  await run(given, `create schema ${schema}`)
  const url = new URL(given)
  url.searchParams.set('options', `-c search_path=${schema}${extension ? ',public' : ''}`)
  return { url: url.href, drop: () => run(given, `drop schema ${schema} cascade`) }
}

async function hasExtension(url: string, extension: string): Promise<boolean> {
  try {
    await run(url, `create extension if not exists ${extension}`)
    return true
  } catch {
    return false
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
