/** Lets a button switch between light and dark; until it is used the system decides. */
export function addThemeSwitch(button: HTMLButtonElement): void {
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
  button.addEventListener('click', () => {
    const root = document.documentElement
    const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : systemIsDark.matches
    root.dataset.theme = isDark ? 'light' : 'dark'
  })
}
