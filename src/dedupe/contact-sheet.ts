import { escapeHtml, formatPage } from '../evaluation/html.js'

/** A picture on the sheet. */
export interface SheetPicture {
  readonly name: string
  /** A JPEG, where the picture can be shown. */
  readonly thumbnail?: Uint8Array | undefined
  /** Why it was not compared. */
  readonly reason?: string
}

export interface SheetSection {
  readonly title: string
  readonly pictures: readonly SheetPicture[]
}

export interface Sheet {
  /** Language of the titles, such as `en`. */
  readonly lang: string
  readonly title: string
  readonly summary: readonly string[]
  readonly sections: readonly SheetSection[]
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #5c6570; --line: #d7dce1; --ground: #fff; --card: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #9aa4af; --line: #363d45; --ground: #15181b; --card: #1f2429; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
p { margin: .25rem 0; color: var(--soft); overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .75rem; }
li { background: var(--card); border-radius: 6px; padding: .5rem; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
li img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 4px; margin-bottom: .375rem; background: var(--line); }
li.failed img { object-fit: contain; }
li span { display: block; color: var(--soft); }
`

/** The contact sheet as one HTML page that needs nothing else; all text is escaped here. */
export function formatContactSheet({ lang, title, summary, sections }: Sheet): string {
  const lines = [
    `<h1>${escapeHtml(title)}</h1>`,
    ...summary.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...sections.filter(({ pictures }) => pictures.length > 0).map(formatSection),
  ]
  return formatPage({ lang, title, style: STYLE, body: lines.join('\n') })
}

function formatSection({ title, pictures }: SheetSection): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n<ul>\n${pictures.map(formatPicture).join('\n')}\n</ul></section>`
}

function formatPicture({ name, thumbnail, reason }: SheetPicture): string {
  const image = thumbnail
    ? `<img src="data:image/jpeg;base64,${Buffer.from(thumbnail).toString('base64')}" alt="" loading="lazy">`
    : ''
  const why = reason === undefined ? '' : `<span>${escapeHtml(reason)}</span>`
  return `<li${reason === undefined ? '' : ' class="failed"'}>${image}<bdi>${escapeHtml(name)}</bdi>${why}</li>`
}
