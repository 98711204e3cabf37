import { beforeAll, describe, expect, it } from 'vitest'
import type { DataSet } from '../../src/evaluation/data-set.js'
import type { FaceVectors, Outcome } from '../../src/evaluation/face-vectors.js'
import { escapeHtml } from '../../src/evaluation/html.js'
import { createProgress } from '../../src/evaluation/progress.js'
import { makeReport, type Report } from '../../src/evaluation/report.js'
import { formatHtml } from '../../src/evaluation/report-html.js'
import { formatText } from '../../src/evaluation/report-text.js'
import { scoreAllPairs } from '../../src/evaluation/score-pairs.js'
import { NO_COHORT } from '../../src/score/cohort.js'

const HOSTILE = `<img src=x onerror="alert('1')">&\u001b[2J.jpg`

/** A face at an angle, in degrees: the cosine similarity of two is the cosine of the difference. */
function faceAt(degrees: number): FaceVectors {
  const angle = (degrees * Math.PI) / 180
  return {
    embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)),
    cohort: NO_COHORT,
    parts: { nose: Int8Array.of(1, 2) },
    box: { x: 0, y: 0, width: 1, height: 1 },
    quality: undefined,
  }
}

const NO_FACE: Outcome = { failure: { kind: 'FACE_NOT_DETECTED', sentence: 'No <face> was found.' } }

/** Two persons with two pictures each, ten degrees apart, the persons sixty; a fifth picture has no face. */
async function makeSample(): Promise<Report> {
  const outcomes = [...[0, 10, 70, 80].map((degrees) => ({ face: faceAt(degrees) })), NO_FACE]
  const names = ['A/1.jpg', HOSTILE, 'B/1.jpg', 'B/2.jpg', 'B/blank.jpg']
  const personOf = Int32Array.from([0, 0, 1, 1, 1])
  const dataSet: DataSet = {
    pictures: names.map((name) => ({ name, file: name })),
    pairing: { kind: 'all', persons: ['A', 'B'], personOf },
    leftOut: { heic: 1, besideFolders: 2 },
  }
  return makeReport({
    dataSetName: 'people & <others>',
    dataSet,
    packId: 'pack-1',
    createdAt: '2026-01-02T03:04:05.000Z',
    outcomes,
    minQuality: 3,
    scored: await scoreAllPairs(
      outcomes.map((outcome) => ('face' in outcome ? outcome.face : undefined)),
      personOf,
      { hardest: 2 },
    ),
    fars: [0.5, 0.25, 0.1],
    folds: 0,
    packThreshold: 0.9,
    toScore: (cosine) => 50 + 50 * cosine,
  })
}

let sample: Report
beforeAll(async () => {
  sample = await makeSample()
})

describe('makeReport', () => {
  it('gives the figures that follow by hand', () => {
    // Genuine: two of ten degrees, two with the blank picture. Impostors: 60, 70, 70 and 80 degrees, two with the blank one.
    expect(sample.pairs).toEqual({ genuine: 4, impostor: 6, genuineFailed: 2, impostorFailed: 2 })
    expect(sample.accuracy.atPackThreshold).toMatchObject({ threshold: 0.9, plain: 0.6 })
    expect(sample.accuracy.atPackThreshold.balanced).toBeCloseTo((2 / 4 + 4 / 6) / 2, 10)
    expect(sample.rocAuc).toBeCloseTo((2 * 4) / (4 * 6), 10)
    expect(sample.persons).toBe(2)
    expect(sample.partsRocAuc).toEqual({ nose: 0.5 })
    expect(sample.pictures).toEqual({
      total: 5,
      failed: [{ name: 'B/blank.jpg', kind: 'FACE_NOT_DETECTED', sentence: 'No <face> was found.' }],
      tooPoor: 0,
      minQuality: 3,
    })
  })

  it('says which rates so few impostor pairs cannot tell', () => {
    const { tarAtFar } = sample
    expect(tarAtFar[0]).toMatchObject({ far: 0.5, supported: true, tar: 0.5, impostorsAccepted: 1 })
    // Above two pairs of 70 degrees: one, of 60, is left.
    expect(tarAtFar[1]).toMatchObject({ far: 0.25, supported: true, impostorsAccepted: 1 })
    expect(tarAtFar[2]).toEqual({ far: 0.1, supported: false, impostorPairsNeeded: 10 })
  })

  it('measures what the promised scores do', () => {
    const { atScores } = sample
    // Score 70 is cosine .4, 80 is .6, 90 is .8: below 60 degrees' .5 lies only the first.
    expect(atScores.map(({ score, far, tar }) => [score, far, tar])).toEqual([
      [70, 0.25, 0.5],
      [80, 0, 0.5],
      [90, 0, 0.5],
    ])
    expect(atScores[0]?.threshold).toBeCloseTo(0.4, 5)
  })

  it('names the hardest pairs', () => {
    const { hardest } = sample
    expect(hardest.impostor.map(({ a, b }) => [a, b])).toEqual([[HOSTILE, 'B/1.jpg'], expect.anything()])
    expect(hardest.impostor[0]?.similarity).toBeCloseTo(0.5, 6)
    expect(hardest.genuine).toHaveLength(2)
  })

  it('draws shares that sum to one and a curve that rises', () => {
    const { scoreHistogram, roc } = sample
    for (const shares of [scoreHistogram.genuine, scoreHistogram.impostor]) {
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10)
    }
    expect(roc[0]?.[0]).toBeCloseTo(0.25, 10)
    expect(roc.at(-1)).toEqual([1, 0.5])
    expect(roc.every(([, tar], i) => i === 0 || tar >= (roc[i - 1]?.[1] ?? 0))).toBe(true)
  })
})

describe('formatText', () => {
  it('lists figures, hard pairs and failures without what moves the cursor', () => {
    const text = formatText(sample)
    expect(text).toMatch(/^accuracy +58\.33 % as mean of both kinds, 60\.00 % of all pairs, at similarity 0\.9000/m)
    expect(text).toMatch(/^genuine pairs +4 \(2 not compared\)$/m)
    expect(text).toMatch(/^1e-1 +needs 10 impostor pairs/m)
    expect(text).toContain('B/blank.jpg: No <face> was found.')
    expect(text).toContain('3 files were left out: 1 HEIC')
    expect(text).not.toContain('\u001b')
  })
})

describe('formatHtml', () => {
  it('escapes what a file name may hold', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;')
  })

  it('lets no name become markup', () => {
    const html = formatHtml(sample, new Map([['B/1.jpg', 'data:image/png;base64,"><script>']]))
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;')
    expect(html).toContain('<h1>Evaluation of people &amp; &lt;others&gt;</h1>')
    expect(html).toContain('No &lt;face&gt; was found.')
    expect(html).not.toMatch(/<script|<img src=x/)
  })

  it('asks nobody for anything and has no picture unless given one', () => {
    const html = formatHtml(sample)
    expect(html).toContain("default-src 'none'")
    expect(html).not.toMatch(/https?:|<[^>]* (src|href)=|<link|@import|url\(/i)
    expect(formatHtml(sample, new Map([['B/1.jpg', 'data:image/png;base64,AA==']])).match(/<img /g)).toHaveLength(3)
  })

  it('draws both charts with numbers only', () => {
    const svgs = formatHtml(sample).match(/<svg.*?<\/svg>/gs)
    expect(svgs).toHaveLength(2)
    for (const svg of svgs ?? []) expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('createProgress', () => {
  function show(isTTY: boolean): string {
    let text = ''
    const progress = createProgress({ isTTY, write: (part) => (text += part) }, 'pictures', 40)
    for (let done = 1; done <= 40; done++) progress.show(done)
    progress.end()
    return text
  }

  it('writes a line every tenth where there is no terminal', () => {
    expect(show(false).match(/^pictures \d+\/40, \d+ s left$/gm)).toHaveLength(10)
  })
  it('draws one line on a terminal, full at the end', () => {
    const text = show(true)
    expect(text.match(/\n/g)).toEqual(['\n'])
    expect(text).toMatch(/\r\[#{24}\] pictures 40\/40, 0 s left\S*\n$/)
  })
})
