import { drawHistogram, drawRocChart } from './charts.js'
import { noteGroups, tabulateGroups } from './group-text.js'
import { escapeHtml, formatPage } from './html.js'
import { countLeftOut, describeLeftOut } from './picture-files.js'
import type { HardPair, Report, TarAtFar } from './report.js'
import { listFigures, percent, rate, warnOfFew } from './report-text.js'

/** Small pictures as data urls, by the names of the report's pictures. */
export type Thumbnails = ReadonlyMap<string, string>

const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #5c6570; --line: #d7dce1; --ground: #fff; --genuine: #0b6bcb; --impostor: #c8510a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #9aa4af; --line: #363d45; --ground: #15181b; --genuine: #5fb0ff; --impostor: #ff9a52; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .9rem; }
svg { width: 100%; height: auto; display: block; font-size: 13px; }
svg text { fill: var(--soft); } .grid { stroke: var(--line); }
.curve { fill: none; stroke: var(--genuine); stroke-width: 2; } .mark { fill: var(--genuine); }
rect.genuine { fill: var(--genuine); opacity: .75; } rect.impostor { fill: var(--impostor); opacity: .75; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; } .key.genuine { background: var(--genuine); } .key.impostor { background: var(--impostor); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: min(100%, 26rem); }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; overflow-wrap: break-word; } thead th { color: var(--soft); font-weight: 400; } .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
img { display: block; max-width: 7rem; max-height: 7rem; border-radius: 4px; margin-bottom: .25rem; }
`

/** One page that needs nothing else: no script, no request to anywhere. */
export function formatHtml(report: Report, thumbnails: Thumbnails = new Map()): string {
  const title = `Evaluation of ${report.dataSet}`
  const body = `<h1>${escapeHtml(title)}</h1>
<p>Model pack ${escapeHtml(report.packId)}, ${escapeHtml(report.createdAt.slice(0, 10))}</p>
${table([], listFigures(report))}
<div class="charts">
<figure><h2>ROC curve</h2>${drawRocChart(report)}<figcaption>True accept rate (up) over false accept rate.</figcaption></figure>
<figure><h2>Scores</h2>${drawHistogram(report)}<figcaption>Share of <span class="key genuine"></span> genuine and <span class="key impostor"></span> impostor pairs; a score of 70, 80 or 90 stands for a false accept rate of 1e-3, 1e-4 or 1e-5 on the pictures that the pack was calibrated on, in the worst of their groups where it was made for groups.</figcaption></figure>
</div>
<h2>True accept rate at chosen false accept rates</h2>
${table(['FAR', 'TAR', 'similarity', 'score', ''], report.tarAtFar.map(rowAtFar))}
<h2>What the promised scores do on these pictures</h2>
${table(['score', 'similarity', 'FAR', 'TAR'], rowsAtScores(report))}
${groupsSection(report)}
${partsSection(report)}
${hardestSection('Genuine pairs with the lowest scores', report.hardest.genuine, thumbnails)}
${hardestSection('Impostor pairs with the highest scores', report.hardest.impostor, thumbnails)}
${failedSection(report)}`
  return formatPage({ lang: 'en', title, style: STYLE, body })
}

/** Markup that is safe as it stands. */
interface Markup {
  readonly html: string
}

type Cell = string | Markup

/** The first cell of each row is its heading; text is escaped here and nowhere else. */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => `<td>${formatCell(cell)}</td>`).join('')
    return `<tr><th scope="row">${formatCell(first)}</th>${cells}</tr>`
  })
  const thead = heads.length > 0 ? `<thead><tr>${head}</tr></thead>` : ''
  return `<div class="wide"><table>${thead}<tbody>${body.join('\n')}</tbody></table></div>`
}

function formatCell(cell: Cell): string {
  return typeof cell === 'string' ? escapeHtml(cell) : cell.html
}

function number(text: string): Markup {
  return { html: `<span class="number">${escapeHtml(text)}</span>` }
}

function rowAtFar(line: TarAtFar): readonly Cell[] {
  const far = number(rate(line.far))
  if (!line.supported) return [far, '', '', '', warnOfFew(line)]
  const { tar, threshold, score } = line
  return [far, number(percent(tar)), number(threshold.toFixed(4)), number(score.toFixed(2)), warnOfFew(line)]
}

function rowsAtScores({ atScores }: Report): readonly (readonly Cell[])[] {
  return atScores.map(({ score, threshold, far, tar }) =>
    [String(score), threshold.toFixed(4), percent(far), percent(tar)].map(number),
  )
}

function groupsSection(report: Report): string {
  const { byGroup, persons, pictures } = report
  if (!byGroup) return ''
  const tables = tabulateGroups(byGroup).map(({ title, rows: [heads = [], ...rows] }) => {
    const cells = rows.map((row) => row.map((cell, i) => (i === 0 || heads[i] === 'group' ? cell : number(cell))))
    return `<h2>${title}</h2>${table(heads, cells)}`
  })
  const notes = noteGroups(byGroup, { persons, pictures: pictures.total }).map((note) => `<p>${escapeHtml(note)}</p>`)
  return [...tables, ...notes].join('\n')
}

function partsSection({ partsRocAuc }: Report): string {
  const rows = Object.entries(partsRocAuc).map(([part, auc]) => [part, number(auc.toFixed(4))])
  return rows.length === 0 ? '' : `<h2>Facial parts, area under the ROC curve</h2>${table([], rows)}`
}

function hardestSection(title: string, pairs: readonly HardPair[], thumbnails: Thumbnails): string {
  if (pairs.length === 0) return ''
  const picture = (name: string): Markup => {
    const url = thumbnails.get(name)
    const image = url === undefined ? '' : `<img src="${escapeHtml(url)}" alt="">`
    return { html: image + escapeHtml(name) }
  }
  const rows = pairs.map(({ a, b, score }) => [number(score.toFixed(2)), picture(a), picture(b)])
  return `<h2>${title}</h2>${table(['score', 'picture', 'picture'], rows)}`
}

function failedSection({ pictures, leftOut }: Report): string {
  const rows = pictures.failed.map(({ name, sentence }) => [name, sentence])
  const failed = rows.length === 0 ? '' : `<h2>Pictures that could not be used</h2>${table([], rows)}`
  return countLeftOut(leftOut) === 0 ? failed : `${failed}<p>${describeLeftOut(leftOut)}.</p>`
}
