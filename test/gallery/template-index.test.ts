import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { FoundRow } from '../../src/gallery/best-rows.js'
import { TemplateIndex } from '../../src/gallery/template-index.js'
import { type Likeness, TemplateRows } from '../../src/gallery/template-rows.js'
import { Kernel } from '../../src/pipeline/kernel.js'
import { seeds, similarityOf, templateOf } from './made-up-templates.js'

const COLUMNS = 512
/** What rounding to eight bits moves a similarity by, at most as good as ever. */
const TOLERANCE = 4e-3
/** A search of so many takes several slices. */
const MANY = 60_000

function indexOf(templates: readonly Likeness[], columns = COLUMNS): TemplateIndex {
  const index = new TemplateIndex(columns)
  for (const template of templates) index.add(template)
  return index
}

/** Few different templates many times over: they are made slowly. */
function indexOfMany(count: number): TemplateIndex {
  const index = new TemplateIndex(COLUMNS)
  const templates = Array.from({ length: 50 }, (_, seed) => templateOf(seed, COLUMNS))
  for (let i = 0; i < count; i++) index.add(templates[i % templates.length]!)
  return index
}

/** That these are the best of what is held, as far as eight bits tell. */
function expectBest(found: readonly FoundRow[], held: ReadonlyMap<number, Likeness>, probe: Likeness, count: number) {
  expect(new Set(found.map(({ row }) => row)).size).toBe(found.length)
  expect(found).toHaveLength(Math.min(count, held.size))
  const wanted = [...held.values()].map((template) => similarityOf(probe, template)).toSorted((a, b) => b - a)
  for (const [i, { row, similarity }] of found.entries()) {
    const template = held.get(row)
    if (!template) throw new Error(`Row ${row} is not held.`)
    expect(Math.abs(similarity - similarityOf(probe, template))).toBeLessThan(TOLERANCE)
    expect(Math.abs(similarity - wanted[i]!)).toBeLessThan(TOLERANCE)
    expect(similarity).toBeLessThanOrEqual(found[i - 1]?.similarity ?? 1)
  }
}

type Step =
  | { readonly kind: 'add'; readonly seed: number }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'search'; readonly seed: number; readonly count: number; readonly share: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), seed: seeds }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      seed: seeds,
      count: fc.integer({ min: 1, max: 8 }),
      share: fc.integer({ min: 0, max: 4 }),
    }),
  },
)

describe('a template index', () => {
  it('finds what comparing with every template finds, whatever was added and removed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 120 }), async (sequence) => {
        const index = new TemplateIndex(COLUMNS)
        const held = new Map<number, Likeness>()
        for (const step of sequence) {
          if (step.kind === 'add') {
            const template = templateOf(step.seed, COLUMNS)
            const row = index.add(template)
            expect(held.has(row)).toBe(false)
            held.set(row, template)
          } else if (step.kind === 'remove') {
            const row = [...held.keys()][step.which % held.size]
            if (row === undefined) continue
            index.remove(row)
            held.delete(row)
          } else {
            const probe = templateOf(step.seed, COLUMNS)
            // Rows that are not there are among those that are asked for.
            const asked = Array.from({ length: 130 }, (_, row) => row).filter((row) => row % 5 <= step.share)
            const rows = step.share === 4 ? undefined : Uint32Array.from(asked)
            const among = rows ? new Map([...held].filter(([row]) => rows.includes(row))) : held
            expectBest(await index.search(probe, { count: step.count, rows }), among, probe, step.count)
          }
          expect(index.size).toBe(held.size)
        }
      }),
      { numRuns: 30 },
    )
  })

  it.each([1, 15, 16, 17, 128, 500])('finds the same template first, of %i numbers', async (columns) => {
    const templates = Array.from({ length: 40 }, (_, seed) => templateOf(seed, columns))
    const index = indexOf(templates, columns)
    for (const [row, template] of templates.entries()) {
      const found = await index.search(template, { count: 40 })
      expect(found[0]?.similarity).toBeGreaterThan(0.999)
      if (columns > 1) expect(found[0]?.row).toBe(row)
    }
  })

  it('gives equal ones in the order of their rows, and many as well as few', async () => {
    const template = templateOf(1, COLUMNS)
    const index = indexOf(Array.from({ length: 3000 }, () => template))
    const found = await index.search(template, { count: 2000 })
    expect(found.map(({ row }) => row)).toEqual(Array.from({ length: 2000 }, (_, row) => row))
  })

  it('uses a row again after its template was removed', () => {
    const index = indexOf([1, 2, 3].map((seed) => templateOf(seed, COLUMNS)))
    index.remove(1)
    expect(index.size).toBe(2)
    expect(index.add(templateOf(4, COLUMNS))).toBe(1)
    expect(index.add(templateOf(5, COLUMNS))).toBe(3)
  })

  it('finds nothing when it is empty, and none of rows that it does not hold', async () => {
    const probe = templateOf(1, COLUMNS)
    expect(await new TemplateIndex(COLUMNS).search(probe, { count: 3 })).toEqual([])
    const index = indexOf([probe])
    expect(await index.search(probe, { count: 3, rows: Uint32Array.of(1, 7, 2 ** 32 - 1) })).toEqual([])
    expect(await index.search(probe, { count: 3, rows: new Uint32Array() })).toEqual([])
  })

  it('refuses embeddings of another length or of nothing, and rows that it does not hold', async () => {
    const index = indexOf([templateOf(1, COLUMNS)])
    const wrong = templateOf(1, 17)
    expect(() => index.add(wrong)).toThrow('Expected an embedding of 512 numbers but received 17')
    await expect(index.search(wrong, { count: 1 })).rejects.toThrow('Expected an embedding of 512 numbers')
    for (const value of [0, Number.NaN]) {
      const embedding = new Float32Array(COLUMNS).fill(value)
      expect(() => index.add({ ...wrong, embedding })).toThrow('Expected an embedding of unit length')
    }
    index.remove(0)
    for (const row of [0, 1, -1, 0.5]) expect(() => index.remove(row)).toThrow(`but received ${row}`)
    expect(index.size).toBe(0)
  })
})

describe('a template that is removed', () => {
  it('is overwritten at once, and nothing of a probe is left', async () => {
    const reserve = vi.spyOn(Kernel.prototype, 'reserve')
    const index = indexOf([1, 2, 3].map((seed) => templateOf(seed, COLUMNS)))
    const memory = reserve.mock.results.at(-1)
    reserve.mockRestore()
    if (memory?.type !== 'return') throw new Error('No memory was reserved.')
    await index.search(templateOf(4, COLUMNS), { count: 1 })
    for (const row of [1, 0, 2]) index.remove(row)
    // What is left are addresses and products of the search: numbers of three rows.
    expect(memory.value.filter((byte) => byte !== 0).length).toBeLessThanOrEqual(3 * 8)
  })

  it('does not come back from a search under way, and what comes into its row is not taken for it', async () => {
    const index = indexOfMany(MANY)
    const probe = templateOf(1_000_000, COLUMNS)
    const first = index.add(probe)
    index.remove(0)
    // The row before all others: it is compared in the first slice.
    expect(index.add(probe)).toBe(0)
    index.remove(first)
    const searching = index.search(probe, { count: 3 })
    await setImmediate()
    await setImmediate()
    index.remove(0)
    expect(index.add(templateOf(1_000_001, COLUMNS))).toBe(0)
    const found = await searching
    expect(found).toHaveLength(3)
    for (const { row, similarity } of found) {
      expect(row).not.toBe(0)
      expect(similarity).toBeLessThan(0.9)
    }
  })

  it('makes room in the answer for the next best, however many are removed', async () => {
    const index = indexOfMany(MANY)
    const probe = templateOf(0, COLUMNS)
    const searching = index.search(probe, { count: 1 })
    // One slice of the search, which is far from all.
    await setImmediate()
    // All of the same face but one, which was let go for the others before it.
    for (let row = 0; row < MANY; row += 50) if (row !== 1500) index.remove(row)
    const [found] = await searching
    expect(found?.row).toBe(1500)
    expect(found?.similarity).toBeGreaterThan(0.999)
  })
})

describe('a search', () => {
  it('goes on in turns with everything else, also when several come together', async () => {
    const index = indexOfMany(MANY)
    const startedMs = performance.now()
    let searching = true
    let turns = 0
    const count = async () => {
      for (; searching; turns++) await setImmediate()
    }
    const counting = count()
    const probes = [1, 2, 3, 4, 5, 6].map((seed) => templateOf(seed, COLUMNS))
    const found = await Promise.all(probes.map((probe) => index.search(probe, { count: 1 })))
    searching = false
    await counting
    const elapsedMs = performance.now() - startedMs
    expect(found.map(([best]) => best?.row)).toEqual([1, 2, 3, 4, 5, 6])
    // A slice is 4 ms of work: more, where the machine does other things meanwhile.
    expect(turns).toBeGreaterThanOrEqual(6)
    expect(elapsedMs / turns).toBeLessThan(50)
  })

  it('ends when its signal says so', async () => {
    const index = indexOfMany(MANY)
    const controller = new AbortController()
    const searching = index.search(templateOf(1, COLUMNS), { count: 1, signal: controller.signal })
    await setImmediate()
    controller.abort(new Error('enough'))
    await expect(searching).rejects.toThrow('enough')
    await expect(
      index.search(templateOf(1, COLUMNS), { count: 1, signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before')
  })

  it('compares each template once, however many there are', async () => {
    const compare = vi.spyOn(TemplateRows.prototype, 'compare')
    for (const count of [MANY / 2, MANY]) {
      compare.mockClear()
      await indexOfMany(count).search(templateOf(1, COLUMNS), { count: 5 })
      const compared = compare.mock.calls.reduce((sum, [, from, to]) => sum + to - from, 0)
      expect(compared).toBe(count)
    }
    compare.mockRestore()
  })
})
