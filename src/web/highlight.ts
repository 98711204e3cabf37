export type TokenKind = 'comment' | 'string' | 'keyword' | 'plain'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

/** Close enough for the samples, in whatever language: comments, strings, keywords. Nothing is lost: the texts make the source. */
const TOKENS =
  /(?<comment>(?<=^|\s)(?:#|\/\/ )[^\n]*)|(?<string>f?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<keyword>\b(?:import|from|as|def|return|try|except|with|for|in|const|let|function|await|async|new|public|static|final|class|void|throws|if|exit|echo|curl|printf)\b)|(?<plain>[\w$]+|[\s\S])/gm

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  for (const { 0: text, groups = {} } of source.matchAll(TOKENS)) {
    const kind = (['comment', 'string', 'keyword'] as const).find((name) => groups[name] !== undefined) ?? 'plain'
    const last = tokens.at(-1)
    if (last && last.kind === kind) tokens[tokens.length - 1] = { kind, text: last.text + text }
    else tokens.push({ kind, text })
  }
  return tokens
}
