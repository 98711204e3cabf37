/** A progress bar on standard error; on anything but a terminal a line every tenth. */
export function createProgress(label: string, total: number) {
  const startMs = performance.now()
  let done = 0
  let lastTenth = -1
  return {
    advance() {
      done++
      const seconds = (performance.now() - startMs) / 1000
      const left = Math.ceil((seconds / done) * (total - done))
      const tenth = Math.floor((done / total) * 10)
      const text = `${label} ${done}/${total}, ${left} s left`
      if (process.stderr.isTTY) {
        const bar = '#'.repeat(tenth * 2).padEnd(20, '.')
        process.stderr.write(`\r[${bar}] ${text} ${done === total ? '\n' : ''}`)
      } else if (tenth > lastTenth) {
        process.stderr.write(`${text}\n`)
      }
      lastTenth = tenth
    },
  }
}
