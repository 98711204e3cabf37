/** The labelled faces that attributes are fitted on and measured with. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FaceCompareError } from '../src/errors.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import { joinParts } from './fit-face-likeness.js'

/** A picture of `GROUP/NNNN_SEX_AGE.jpg`. */
export interface Subject {
  readonly file: string
  /** Such as `black`, or `child`. */
  readonly group: string
  readonly sex: 'f' | 'm'
  readonly years: number
}

const EXPRESSIONS = ['normal', 'smile', 'laugh'] as const

/** A picture of LFW's DevTrain, as somebody saw it who looked at it for this. */
export interface Labelled {
  readonly file: string
  readonly expression: (typeof EXPRESSIONS)[number]
  readonly hasGlasses: boolean
  readonly sex: 'f' | 'm'
}

/** With the descriptors of the facial parts, one after the other, not centred. */
export type Described<T> = T & { readonly row: Float32Array }

/** Throws an Error with one sentence for a name that says nothing of a person. */
export function listSubjects(folder: string, list: 'fit.txt' | 'test.txt'): readonly Subject[] {
  return readLines(join(folder, list)).map((name) => {
    const [, group, sex, years] = /^([\w-]+)\/\d+_([fm])_(\d+)\.jpg$/.exec(name) ?? []
    if (!group || !sex || !years) throw new Error(`Expected GROUP/NNNN_SEX_AGE.jpg but received ${name}.`)
    return { file: join(folder, 'images', name), group, sex: sex === 'f' ? 'f' : 'm', years: Number(years) }
  })
}

const LABELS = fileURLToPath(new URL('../bench/attribute-labels.csv', import.meta.url))

/** Throws an Error with one sentence for a label that there is not. */
export function readLabels(folder: string): readonly Labelled[] {
  return readLines(LABELS)
    .slice(1)
    .map((line) => {
      const [picture = '', named, glasses, sex] = line.split(',')
      const expression = EXPRESSIONS.find((name) => name === named)
      if (!expression) throw new Error(`Expected an expression but received ${line}.`)
      const file = join(folder, 'images', picture.replace(/_\d+$/, ''), `${picture}.jpg`)
      return { file, expression, hasGlasses: glasses === 'yes', sex: sex === 'f' ? 'f' : 'm' }
    })
}

function readLines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trim().split(/\r?\n/)
}

export function describeSubjects(subjects: readonly Subject[]): Promise<readonly Described<Subject>[]> {
  return describeAll('pictures of groups', subjects)
}

export function describeLabelled(labelled: readonly Labelled[]): Promise<readonly Described<Labelled>[]> {
  return describeAll('labelled pictures', labelled)
}

/** Those whose picture shows a face, in their order. */
async function describeAll<T extends { readonly file: string }>(
  label: string,
  items: readonly T[],
): Promise<readonly Described<T>[]> {
  const pool = await startBuiltEngine({ calibration: 'none' })
  const progress = createProgress(label, items.length)
  const found: (Described<T> | undefined)[] = []
  const rest = items.entries()
  const run = async (): Promise<void> => {
    for (const [place, item] of rest) {
      const face = await pool.analyze(readFileSync(item.file)).catch((error: unknown) => {
        if (!(error instanceof FaceCompareError) || error.kind === 'INTERNAL') throw error
        return undefined
      })
      found[place] = face && { ...item, row: joinParts(face.parts) }
      progress.advance()
    }
  }
  await Promise.all(Array.from({ length: LANES }, run))
  await pool.close()
  return found.filter((item) => item !== undefined)
}
