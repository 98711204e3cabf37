/**
 * Makes buttons the tabs of a list; arrow keys move between them (WAI-ARIA, tabs pattern). Returns what chooses one; the first
 * is chosen at once.
 */
export function linkTabs(
  list: HTMLElement,
  tabs: readonly HTMLButtonElement[],
  onChoose: (index: number) => void,
): (index: number) => void {
  let chosen = 0
  const choose = (index: number): void => {
    chosen = index
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === index))
      tab.tabIndex = i === index ? 0 : -1
    })
    onChoose(index)
  }
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => choose(i))
  })
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    choose((chosen + step + tabs.length) % tabs.length)
    tabs[chosen]?.focus()
    event.preventDefault()
  })
  choose(chosen)
  return choose
}
