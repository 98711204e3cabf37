/** The files of `deploy/`, read as data. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'

const DEPLOY = new URL('../../deploy/', import.meta.url)

export function readText(name: string): string {
  return readFileSync(new URL(name, DEPLOY), 'utf8')
}

/** The one document of a YAML file. Throws on what YAML does not allow, twice the same key included. */
export function readYaml(name: string): unknown {
  const [document, ...others] = parseAllDocuments(readText(name), { merge: true })
  if (!document || others.length > 0) throw new Error(`Expected one document in ${name}`)
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) throw problem
  return document.toJS()
}

export function listFiles(folder: string): readonly string[] {
  return readdirSync(new URL(folder, DEPLOY)).map((name) => `${folder}/${name}`)
}

/** What stands at the end of a path of names and indices; undefined when the path leads nowhere. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    return typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined
  }, value)
}

/** Like {@link at}, of a list; empty when there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Settings by their variables, as a process would see them. */
export function settingsOf(entries: readonly (readonly [unknown, unknown])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(([name, value]) => [String(name), String(value)]))
}

/** Seconds of a duration such as `35s`. */
export function seconds(duration: unknown): number {
  const [, number] = /^(\d+)s$/.exec(String(duration)) ?? []
  if (number === undefined) throw new Error(`Expected seconds such as 35s but received ${String(duration)}`)
  return Number(number)
}
