/** The tables of what searches cost, as `npm run bench:search` found it. */
import { formatMarkdownTable } from '../bench/figures.js'
import { extrapolate, type SearchBar, type SearchFigures, type VectorFigures } from '../bench/search-figures.js'
import type { Language } from './result-words.js'

interface SearchWords {
  readonly search: readonly string[]
  readonly needs: readonly string[]
  readonly vectors: readonly string[]
  readonly server: (title: string, type: string) => string
  readonly probes: (genuine: number, strangers: number) => string
  readonly allHold: string
  readonly missed: (bars: readonly string[]) => string
  readonly named: (bar: string) => string
}

const SENTENCES: Readonly<Record<Language, SearchWords>> = {
  en: {
    search: [
      'templates',
      'ms',
      'processor ms',
      'longest wait, ms',
      'process, MB',
      'genuine: same first',
      'after a second look',
      'strangers: same first',
      'after a second look',
    ],
    needs: ['templates', 'memory, GB', 'one search on one core, s'],
    vectors: [
      'templates',
      'ms',
      'filled in, s',
      'index made in, s',
      'table, MB',
      'index, MB',
      'genuine: same first',
      'strangers: same first',
    ],
    server: (title, type) => `In ${title}, numbers as \`${type}\`.`,
    probes: (genuine, strangers) => `Probes: ${genuine} of enrolled people, ${strangers} of strangers.`,
    allHold: 'All bars of the benchmark hold.',
    missed: (bars) => `Missed: ${bars.join('; ')}.`,
    named: (bar) => bar,
  },
  zh: {
    search: [
      '模板数',
      'ms',
      'CPU 毫秒',
      '最长等待（ms）',
      '进程内存（MB）',
      '本人：首位相同',
      '复核后',
      '陌生人：首位相同',
      '复核后',
    ],
    needs: ['模板数', '内存（GB）', '单核搜索一次（秒）'],
    vectors: [
      '模板数',
      'ms',
      '写入（秒）',
      '建索引（秒）',
      '表（MB）',
      '索引（MB）',
      '本人：首位相同',
      '陌生人：首位相同',
    ],
    server: (title, type) =>
      `数据库：${title === 'PostgreSQL in WebAssembly' ? 'WebAssembly 中的 PostgreSQL' : title}，各数存为 \`${type}\`。`,
    probes: (genuine, strangers) => `探测图片：已登记者 ${genuine} 张，陌生人 ${strangers} 张。`,
    allHold: '基准测试的各项指标全部达标。',
    missed: (bars) => `未达标：${bars.join('；')}。`,
    named: nameInChinese,
  },
}

const CHINESE_BARS: readonly (readonly [english: RegExp, chinese: string])[] = [
  [/^search of (\d+), processor ms$/, '在 $1 个模板中搜索的 CPU 毫秒'],
  [/^resident memory of (\d+), MB$/, '$1 个模板时的进程内存（MB）'],
  [/^same first candidate, genuine probes$/, '首位候选相同，本人'],
  [/^same first candidate, strangers, second look$/, '首位候选相同，陌生人，复核后'],
  [/^pgvector, recall of the first candidate, genuine probes$/, 'pgvector 首位候选召回率，本人'],
  [/^pgvector, recall of the first candidate, strangers$/, 'pgvector 首位候选召回率，陌生人'],
]

function nameInChinese(bar: string): string {
  const known = CHINESE_BARS.find(([english]) => english.test(bar))
  return known ? bar.replace(known[0], known[1]) : bar
}

interface WithBars {
  readonly bars: readonly SearchBar[]
}

export function renderSearch(
  { sizes, bars }: WithBars & { readonly sizes: readonly SearchFigures[] },
  language: Language,
): string {
  const words = SENTENCES[language]
  const rows = sizes.map(({ templates, searchMs, cpuMs, waitMs, residentMB, genuine, strangers }) => [
    group(templates),
    ...[searchMs, cpuMs, waitMs].map((ms) => ms.toFixed(1)),
    residentMB.toFixed(0),
    ...[genuine, strangers].flatMap(({ eightBits, secondLook }) => [percent(eightBits), percent(secondLook)]),
  ])
  const last = sizes.at(-1)
  return [
    formatMarkdownTable(words.search, rows),
    words.probes(last?.genuine.probes ?? 0, last?.strangers.probes ?? 0),
    describeBars(bars, words),
  ].join('\n\n')
}

/** By arithmetic, from the largest gallery that was measured. */
export function renderNeeds(sizes: readonly SearchFigures[], language: Language): string {
  const measured = sizes.at(-1)
  const rows = [1_000_000, 10_000_000, 100_000_000].map((templates) => {
    const { gigabytes, searchSeconds } = measured
      ? extrapolate(measured, templates)
      : { gigabytes: Number.NaN, searchSeconds: Number.NaN }
    return [group(templates), gigabytes.toFixed(1), searchSeconds.toFixed(1)]
  })
  return formatMarkdownTable(SENTENCES[language].needs, rows)
}

export function renderVectors(figures: VectorFigures & WithBars, language: Language): string {
  const words = SENTENCES[language]
  const { templates, searchMs, insertSeconds, indexSeconds, tableMB, indexMB, genuine, strangers, server, type } =
    figures
  const row = [
    group(templates),
    ...[searchMs, insertSeconds, indexSeconds, tableMB, indexMB].map((value) => value.toFixed(0)),
    percent(genuine.same),
    percent(strangers.same),
  ]
  return [
    formatMarkdownTable(words.vectors, [row]),
    `${words.server(server, type)} ${words.probes(genuine.probes, strangers.probes)}`,
    describeBars(figures.bars, words),
  ].join('\n\n')
}

function describeBars(bars: readonly SearchBar[], words: SearchWords): string {
  const missed = bars.filter(({ holds }) => !holds).map(({ what }) => words.named(what))
  return missed.length === 0 ? words.allHold : words.missed(missed)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function group(value: number): string {
  return value.toLocaleString('en')
}
