/** The table of poor pictures, and which bars they keep, in both languages of the documents. */
import { formatMarkdownTable } from '../bench/figures.js'
import type { Bar } from '../bench/quality-figures.js'
import { formatClass, formatPercent, type QualityMeasured } from '../bench/quality-report.js'
import type { Language } from './result-words.js'

interface QualityWords {
  /** Of the first column and of those that {@link formatClass} fills. */
  readonly heads: (people: number) => readonly string[]
  readonly kept: (bar: Bar) => string
  /** @param beyond the classes, worst first */
  readonly missed: (bar: Bar, beyond: readonly string[]) => string
  readonly named: (name: string) => string
}

/** What classes and bars are called in Chinese. */
const CHINESE_NAMES: ReadonlyMap<string, string> = new Map([
  ['plain', '原图'],
  ['motion blur', '运动模糊'],
  ['brightness x .2', '亮度 × 0.2'],
  ['brightness x .1', '亮度 × 0.1'],
  ['over-exposed', '过曝'],
  ['noise', '噪声'],
  ['JPEG quality 20', 'JPEG 质量 20'],
  ['JPEG quality 5', 'JPEG 质量 5'],
  ['grey', '灰度'],
  ['side light', '侧光'],
  ['mask', '口罩'],
  ['sunglasses', '墨镜'],
  ['mask and sunglasses', '口罩加墨镜'],
  ['half covered', '遮住半张脸'],
  ['pixelated', '马赛克'],
  ['negative', '负片'],
  ...[24, 16, 12, 10].flatMap((side): [string, string][] => [
    [`face of ${side} px`, `人脸 ${side} px`],
    [`face of ${side} px, enlarged`, `人脸 ${side} px，再放大`],
  ]),
  ...[2, 4, 6, 8].map((sigma): [string, string] => [`blur ${sigma}`, `模糊 σ = ${sigma}`]),
  ['strangers at 70, both degraded', '陌生人达到 70 分，两张都劣化'],
  ['strangers at 70, one degraded', '陌生人达到 70 分，一张劣化'],
  ['strangers at 90, both degraded', '陌生人达到 90 分，两张都劣化'],
  ['strangers at 90, one degraded', '陌生人达到 90 分，一张劣化'],
  ['own face at 70, mild classes', '与本人原图达到 70 分，轻度劣化'],
  ['refused, mild classes', '被拒绝，轻度劣化'],
])

const WORDS: Readonly<Record<Language, QualityWords>> = {
  en: {
    heads: (people) => [
      `${people} people, %`,
      'no face found',
      'refused',
      'strangers at 70, both so',
      'at 80',
      'at 90',
      'strangers at 70, one so',
      'at 90',
      'own plain picture at 70',
      'of those compared',
      'median quality',
    ],
    kept: ({ what, kind, limit }) => `- ${what}: ${kind} ${formatPercent(limit)} %: kept`,
    missed: ({ what, kind, limit }, beyond) =>
      `- ${what}: ${kind} ${formatPercent(limit)} %: missed by ${beyond.join(', ')}`,
    named: (name) => name,
  },
  zh: {
    heads: (people) => [
      `${people} 人，%`,
      '未找到人脸',
      '被拒绝',
      '陌生人 70 分，两张都劣化',
      '80 分',
      '90 分',
      '陌生人 70 分，一张劣化',
      '90 分',
      '与本人原图 70 分',
      '其中参与比对者',
      '质量中位数',
    ],
    kept: (bar) => `- ${describeInChinese(bar)}：达标`,
    missed: (bar, beyond) => `- ${describeInChinese(bar)}：未达标者 ${beyond.join('、')}`,
    named: nameInChinese,
  },
}

function describeInChinese({ what, kind, limit }: Bar): string {
  return `${nameInChinese(what)}：${kind === 'at most' ? '上限' : '下限'} ${formatPercent(limit)} %`
}

/** A name that has no Chinese one stays English. */
function nameInChinese(name: string): string {
  return CHINESE_NAMES.get(name) ?? name
}

export function renderQuality({ people, classes, bars }: QualityMeasured, language: Language): string {
  const words = WORDS[language]
  const rows = classes.map((figures) => [words.named(figures.name), ...formatClass(figures)])
  const verdicts = bars.map((bar) => {
    const beyond = bar.missed.map(({ name, value }) => `${words.named(name)} (${formatPercent(value)})`)
    return bar.holds ? words.kept(bar) : words.missed(bar, beyond)
  })
  return `${formatMarkdownTable(words.heads(people), rows)}\n\n${verdicts.join('\n')}`
}
