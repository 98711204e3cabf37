import { Argument, type Command } from 'commander'
import { COMPLETION_SCRIPTS } from './completion-scripts.js'

/** What a shell has to know of one command. */
export interface CommandShape {
  /** The words that lead to it, without the program's own name; none for the program itself. */
  readonly path: readonly string[]
  readonly description: string
  readonly subcommands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly OptionShape[]
  /** What its arguments are. */
  readonly argument: Value
}

export interface OptionShape {
  /** With their dashes; the long one first. */
  readonly flags: readonly string[]
  readonly description: string
  /** Absent for a switch. */
  readonly value?: Value
}

/** What may be typed somewhere: paths, a few words, or what nobody can guess. */
export type Value =
  | { readonly kind: 'path' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'other' }

/** Names of values that are paths. */
const PATHS = ['file', 'folder', 'A', 'B']

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('Prints a script that lets a shell complete commands, options and files.')
    .addArgument(new Argument('<shell>').choices(Object.keys(COMPLETION_SCRIPTS)))
    .addHelpText(
      'after',
      `
To have it in every new shell:
  bash   echo 'eval "$(facecompare completion bash)"' >> ~/.bashrc
  zsh    echo 'eval "$(facecompare completion zsh)"' >> ~/.zshrc    (after compinit)
  fish   facecompare completion fish > ~/.config/fish/completions/facecompare.fish`,
    )
    .action((shell: keyof typeof COMPLETION_SCRIPTS) => {
      process.stdout.write(COMPLETION_SCRIPTS[shell](shapeCommands(program)))
    })
}

/** A command and all below it, each before those below. */
export function shapeCommands(command: Command, path: readonly string[] = []): readonly CommandShape[] {
  const help = command.createHelp()
  const subcommands = help.visibleCommands(command).filter((child) => child.name() !== 'help')
  const [argument] = command.registeredArguments
  const shape: CommandShape = {
    path,
    description: command.description(),
    subcommands: subcommands.map((child) => ({ name: child.name(), description: child.description() })),
    options: help
      .visibleOptions(command)
      .map(({ long, short, description, flags, argChoices, required, optional }) => ({
        flags: [long, short].filter((flag) => typeof flag === 'string'),
        description,
        ...(required || optional ? { value: shapeValue(/[<[]([^>\].]+)/.exec(flags)?.[1], argChoices) } : {}),
      })),
    argument: shapeValue(argument?.name(), argument?.argChoices),
  }
  return [shape, ...subcommands.flatMap((child) => shapeCommands(child, [...path, child.name()]))]
}

function shapeValue(name: string | undefined, choices: readonly string[] | undefined): Value {
  if (choices) return { kind: 'choice', choices }
  return { kind: name !== undefined && PATHS.includes(name) ? 'path' : 'other' }
}
