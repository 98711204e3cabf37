/** What the names of all settings begin with. */
export const PREFIX = 'FACECOMPARE_'

/** A misspelt setting would be without effect, and nobody would know. */
export function findUnknown(env: Readonly<Record<string, string | undefined>>, known: readonly string[]): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== undefined && !known.includes(name))
    .sort()
    .map((name) => `${name} is no setting${suggest(name, known)}${kubernetesHint(name, env[name] ?? '')}`)
}

function suggest(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: countEdits(name, candidate) }))
    .sort((left, right) => left.distance - right.distance)
  // The prefix is long: two edits in the rest of the name are a slip, three are another word.
  return nearest && nearest.distance <= 2 ? `; did you mean ${nearest.candidate}?` : '.'
}

/** Levenshtein's distance. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1]
    for (const [column, other] of [...to].entries()) {
      const replace = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replace, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** Kubernetes gives such variables to every pod beside a Service named facecompare. */
export function kubernetesHint(name: string, text: string): string {
  const injected = /^FACECOMPARE_(SERVICE_|PORT_\d)/.test(name) || /^(tcp|udp|sctp):\/\//.test(text)
  return injected ? ' It looks like a service link of Kubernetes: set enableServiceLinks to false.' : ''
}
