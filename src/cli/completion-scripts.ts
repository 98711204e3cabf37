import type { CommandShape, OptionShape, Value } from './completion.js'

/** Shell to the function that writes its script. */
export const COMPLETION_SCRIPTS = { bash: writeBash, zsh: writeZsh, fish: writeFish } as const

/** For bash 3.2 and later, without its completion package. Nothing of the line is run or expanded. */
function writeBash(commands: readonly CommandShape[]): string {
  const paths = commands.flatMap(({ path }) => (path.length > 0 ? [quote(` ${path.join(' ')}`)] : []))
  const valued = commands.flatMap((command) =>
    command.options.flatMap(({ flags, value }) =>
      value
        ? [`    ${flags.map((flag) => quote(placeOf(command, flag))).join('|')}) ${completeBash(value)}; return ;;`]
        : [],
    ),
  )
  const words = commands.map(({ path, subcommands, options, argument }) => {
    const flags = options.flatMap((option) => option.flags)
    const place = quote(path.length > 0 ? ` ${path.join(' ')}` : '')
    const other = subcommands.length > 0 ? wordsBash(subcommands.map(({ name }) => name)) : completeBash(argument)
    return `    ${place}) if [[ $cur == -* ]]; then ${wordsBash(flags)}; else ${other}; fi ;;`
  })
  return `# bash completion of facecompare: eval "$(facecompare completion bash)"
_facecompare_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); compopt +o default 2>/dev/null; }
_facecompare_nothing() { compopt +o default 2>/dev/null; }
_facecompare() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} place= i
  COMPREPLY=()
  # bash parts words at "=": --lang=zh.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${paths.join('|')}) place="$place \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$place $prev" in
${valued.join('\n')}
  esac
  case "$place" in
${words.join('\n')}
  esac
}
complete -o default -F _facecompare facecompare
`
}

function placeOf({ path }: CommandShape, flag: string): string {
  return [...path, flag].map((word) => ` ${word}`).join('')
}

function wordsBash(words: readonly string[]): string {
  return `_facecompare_words ${quote(words.join(' '))}`
}

/** Paths are what bash completes by default when we offer nothing. */
function completeBash(value: Value): string {
  if (value.kind === 'path') return ':'
  return value.kind === 'choice' ? wordsBash(value.choices) : '_facecompare_nothing'
}

function writeZsh(commands: readonly CommandShape[]): string {
  return `#compdef facecompare
# zsh completion of facecompare: eval "$(facecompare completion zsh)", after compinit
${commands.map(writeZshFunction).join('\n')}
if [[ $funcstack[1] == _facecompare ]]; then _facecompare "$@"; else compdef _facecompare facecompare; fi
`
}

function writeZshFunction({ path, subcommands, options, argument }: CommandShape): string {
  const name = ['_facecompare', ...path].join('_')
  const specs = options.map(specOfZsh)
  if (subcommands.length === 0) {
    specs.push(quote(`*:${argument.kind === 'path' ? 'picture' : 'argument'}:${actionOfZsh(argument)}`))
    return `${name}() {\n  _arguments -s ${specs.join(' \\\n    ')}\n}`
  }
  const described = subcommands.map((child) => quote(`${child.name}:${child.description}`))
  const branches = subcommands.map((child) => `    ${child.name}) ${name}_${child.name} ;;`)
  return `${name}() {
  local context state state_descr line
  local -A opt_args
  _arguments -C ${specs.join(' \\\n    ')} \\
    '1: :->command' '*:: :->rest'
  case $state in
  command) local -a found=(${described.join(' \\\n    ')}); _describe command found ;;
  rest) case $line[1] in
${branches.join('\n')}
    esac ;;
  esac
}`
}

function specOfZsh({ flags, description, value }: OptionShape): string {
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`
  const after = value ? `:value:${actionOfZsh(value)}` : ''
  const [long = '', short] = flags
  if (short === undefined) return quote(`${long}${text}${after}`)
  return `${quote(`(${long} ${short})`)}{${flags.join(',')}}${quote(text + after)}`
}

function actionOfZsh(value: Value): string {
  if (value.kind === 'path') return '_files'
  return value.kind === 'choice' ? `(${value.choices.join(' ')})` : '( )'
}

function writeFish(commands: readonly CommandShape[]): string {
  const lines = commands.flatMap(({ path, subcommands, options, argument }) => {
    const names = subcommands.map(({ name }) => name).join(' ')
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
    const here = [...seen, ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`])].join('; and ')
    const begin = `complete -c facecompare -n ${quote(here)}`
    return [
      ...subcommands.map(({ name, description }) => `${begin} -a ${name} -d ${quote(description)}`),
      ...options.map((option) => `${begin} ${optionOfFish(option)}`),
      ...(argument.kind === 'path' ? [`${begin} -F`] : []),
      ...(argument.kind === 'choice' ? [`${begin} -a ${quote(argument.choices.join(' '))}`] : []),
    ]
  })
  return [
    '# fish completion of facecompare: facecompare completion fish > ~/.config/fish/completions/facecompare.fish',
    'complete -c facecompare -f',
    ...lines,
    '',
  ].join('\n')
}

function optionOfFish({ flags, description, value }: OptionShape): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const values = { path: '-r -F', choice: '-x', other: '-x' } as const
  const choices = value?.kind === 'choice' ? [`-a ${quote(value.choices.join(' '))}`] : []
  return [...names, ...(value ? [values[value.kind]] : []), ...choices, `-d ${quote(description)}`].join(' ')
}

/** A word for any of the shells, whatever is in it; bash and zsh read `'\\''`, and so does fish. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
