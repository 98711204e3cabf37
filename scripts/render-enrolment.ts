/** The table of what enrolling costs, as `npm run bench:enrol` found it. */
import type { EnrolBar, StoreFigures, Way } from '../bench/enrol-figures.js'
import { formatMarkdownTable } from '../bench/figures.js'
import type { Language } from './result-words.js'

/** What the file of results has. */
export interface EnrolmentResults {
  /** Of one round. */
  readonly people: number
  readonly rounds: number
  readonly connections: number
  /** Of the machine in the minute before. */
  readonly loadAverage: number
  readonly stores: readonly StoreFigures[]
  readonly bars: readonly EnrolBar[]
}

interface EnrolmentWords {
  readonly heads: readonly string[]
  readonly ways: Readonly<Record<Way, string>>
  readonly store: (name: string) => string
  readonly setting: (results: EnrolmentResults) => string
  readonly storing: (store: string, newperson: string, addface: string) => string
  readonly allHold: string
  readonly missed: (bars: readonly string[]) => string
  readonly named: (bar: string) => string
}

const WORDS: Readonly<Record<Language, EnrolmentWords>> = {
  en: {
    heads: ['store', 'pictures go to', 'faces a second', 'processor ms a face', 'of the service alone', 'loop p99 ms'],
    ways: {
      analysis: 'the engine, without HTTP',
      detect: '`detect`',
      newperson: '`newperson`',
      addface: '`addface`, five a call',
    },
    store: (name) => name,
    setting: ({ people, rounds, connections, loadAverage }) =>
      `Medians of ${rounds} rounds of ${people} people, ${connections} connections; load average before: ${loadAverage.toFixed(1)}.`,
    storing: (store, newperson, addface) =>
      `- ${store}: storing takes ${newperson} of the processor's time of \`newperson\`, ${addface} of that of \`addface\``,
    allHold: 'All bars of the benchmark hold.',
    missed: (bars) => `Missed: ${bars.join('; ')}.`,
    named: (bar) => bar,
  },
  zh: {
    heads: ['存储', '图片的去向', '每秒人脸数', '每张人脸的 CPU 毫秒', '其中服务进程', '事件循环 p99 ms'],
    ways: {
      analysis: '引擎，不经 HTTP',
      detect: '`detect`',
      newperson: '`newperson`',
      addface: '`addface`，每次五张',
    },
    store: (name) => (name === 'embedded' ? '内嵌' : name),
    setting: ({ people, rounds, connections, loadAverage }) =>
      `${rounds} 轮的中位数，每轮 ${people} 人，${connections} 个连接；测量前的平均负载：${loadAverage.toFixed(1)}。`,
    storing: (store, newperson, addface) =>
      `- ${store}：存储占 \`newperson\` CPU 时间的 ${newperson}，占 \`addface\` 的 ${addface}`,
    allHold: '基准测试的各项指标全部达标。',
    missed: (bars) => `未达标：${bars.join('；')}。`,
    named: nameInChinese,
  },
}

function nameInChinese(bar: string): string {
  const [, way = '', store = '', what = ''] = /^(\w+), (\w+): (.+)$/.exec(bar) ?? []
  const told = what === 'share of storing' ? '存储所占比例' : '每张人脸的 CPU 毫秒'
  return `${way}，${WORDS.zh.store(store)}：${told}`
}

export function renderEnrolment(results: EnrolmentResults, language: Language): string {
  const words = WORDS[language]
  const number = (value: number | undefined) => value?.toFixed(1) ?? ''
  const rows = results.stores.flatMap(({ store, ways }) =>
    ways.map(({ way, facesPerSecond, cpuMsPerFace, ownCpuMsPerFace, delayP99Ms }) => [
      words.store(store),
      words.ways[way],
      ...[facesPerSecond, cpuMsPerFace, ownCpuMsPerFace, delayP99Ms].map(number),
    ]),
  )
  const storing = results.stores.map(({ store, storingShare: { newperson, addface } }) =>
    words.storing(words.store(store), percent(newperson), percent(addface)),
  )
  const missed = results.bars.filter(({ holds }) => !holds).map(({ what }) => words.named(what))
  return [
    formatMarkdownTable(words.heads, rows),
    storing.join('\n'),
    words.setting(results),
    missed.length === 0 ? words.allHold : words.missed(missed),
  ].join('\n\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
