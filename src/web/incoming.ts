import { readUrl } from './picture.js'

export interface IncomingEvents {
  readonly onFiles: (files: readonly File[]) => void
  readonly onUrl: (url: string) => void
}

/** What is pasted, or dropped beside the two cards. Without this the browser would leave the page for a dropped file. */
export function listenForFiles({ onFiles, onUrl }: IncomingEvents): void {
  const take = (data: DataTransfer | null): void => {
    const files = [...(data?.files ?? [])]
    const url = files.length > 0 ? undefined : readUrl(data?.getData('text/plain') ?? '')
    if (files.length > 0) onFiles(files)
    else if (url !== undefined) onUrl(url)
  }
  document.addEventListener('dragover', (event) => event.preventDefault())
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    take(event.dataTransfer)
  })
  document.addEventListener('paste', (event) => {
    const isTyping = event.target instanceof HTMLInputElement
    if (!isTyping || (event.clipboardData?.files.length ?? 0) > 0) take(event.clipboardData)
  })
}
