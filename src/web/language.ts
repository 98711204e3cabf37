import { CHINESE } from './texts/chinese.js'
import { ENGLISH } from './texts/english.js'
import { type FixedLabel, type FixedText, fill, type Texts } from './texts/texts.js'

const QUERY_FIELD = 'lang'

/** That of the query (`?lang=zh`), or the one that the browser prefers. */
export function chooseTexts(query: string, preferred: readonly string[]): Texts {
  const wanted = new URLSearchParams(query).get(QUERY_FIELD) ?? preferred.find((tag) => /^(en|zh)\b/i.test(tag)) ?? 'en'
  return /^zh\b/i.test(wanted) ? CHINESE : ENGLISH
}

/** The other language. The query keeps it, so that loading the page again does not change it. */
export function switchTexts(texts: Texts): Texts {
  const other = texts.language === 'en' ? CHINESE : ENGLISH
  const url = new URL(location.href)
  url.searchParams.set(QUERY_FIELD, other.language === 'en' ? 'en' : 'zh')
  history.replaceState(null, '', url)
  return other
}

/** Writes the texts that do not depend on what happens. */
export function applyTexts(texts: Texts): void {
  document.documentElement.lang = texts.language
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    const name = element.dataset.text
    if (isKey(name, texts.fixed)) element.textContent = texts.fixed[name satisfies FixedText]
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) applyLabel(element, texts)
}

function applyLabel(element: HTMLElement, texts: Texts): void {
  const name = element.dataset.label
  if (!isKey(name, texts.labels)) return
  const side = element.closest('[data-side]')?.getAttribute('data-side') ?? ''
  // The only picture of a view has no name.
  const label = fill(texts.labels[name satisfies FixedLabel], { side })
    .replace(/ {2,}/g, ' ')
    .trim()
  if (name === 'language') {
    element.textContent = label
    element.lang = texts.language === 'en' ? 'zh-CN' : 'en'
  } else {
    element.setAttribute('aria-label', label)
  }
  if (element instanceof HTMLInputElement) element.placeholder = texts.fixed.url
}

function isKey<T extends object>(name: string | undefined, table: T): name is Extract<keyof T, string> {
  return name !== undefined && Object.hasOwn(table, name)
}
