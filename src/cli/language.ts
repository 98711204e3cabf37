import { type Command, Option } from 'commander'

const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

export interface LanguageFlag {
  readonly lang?: Language
}

export function addLangOption(command: Command): void {
  const option = new Option('--lang <language>', 'language of what people read (default: LC_ALL, LC_MESSAGES or LANG)')
  command.addOption(option.choices(LANGUAGES))
}

/** The language that is asked for, else that of the terminal; English where it is neither. */
export function chooseLanguage({ lang }: LanguageFlag, env: Readonly<Record<string, string | undefined>>): Language {
  if (lang) return lang
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return /^zh(?![a-z])/i.test(locale) ? 'zh' : 'en'
}
